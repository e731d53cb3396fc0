"""A witness' judgement: signs a tree that has grown from what it saw of that log, and no other.

Room: storage/ledger. Blocking: remembers through storage.ledger.witness_memory. Source: C2SP
tlog-witness. The order of the refusals is the specification's: a stranger learns nothing of sizes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from storage.ledger.checkpoint import Checkpoint, Cosigner, VerifyingKey, open_note
from storage.ledger.errors import LedgerError, NotInLedgerError, NotSignedError
from storage.ledger.merkle import EMPTY_ROOT, check_consistency
from storage.ledger.notes import Line, joined, split
from storage.ledger.witness_memory import WitnessMemory
from storage.ledger.witnessing import Request


class MalformedError(LedgerError):
    """The request has another form than C2SP tlog-witness gives it, or asks to go back."""


class UnknownLogError(LedgerError):
    """The witness does not sign for this log."""


class StrangerError(LedgerError):
    """None of the log's keys has signed the checkpoint."""


class OtherSizeError(LedgerError):
    """The witness saw another size last, or another tree of this size."""

    def __init__(self, size: int) -> None:
        """Keep what it saw."""
        super().__init__()
        self.size = size


class NotGrownError(LedgerError):
    """The proof does not lead from what the witness saw to the checkpoint."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Signs for the logs it knows, each by its origin and keys."""

    logs: Mapping[str, Sequence[VerifyingKey]]
    cosigners: Sequence[Cosigner]
    memory: WitnessMemory
    now_s: Callable[[], int]

    def add_checkpoint(self, untrusted: bytes) -> bytes:
        """Return cosignatures of the checkpoint in a request, as signature lines.

        Raises:
            MalformedError, UnknownLogError, StrangerError, OtherSizeError, NotGrownError: it is
                not signed, and nothing is remembered.
            LedgerUnavailableError: it could not be remembered, so it is not signed.
        """
        request, signed = self._opened(untrusted)
        fresh: list[Line] = []

        def judged(seen: Checkpoint | None) -> bytes:
            _refuse(request, seen, signed)
            now_s = self.now_s()
            fresh.extend(cosigner.line(signed, now_s) for cosigner in self.cosigners)
            text, lines = split(request.note)
            ids = {key.id for key in self.logs[signed.origin]}
            theirs = [line for line in lines if line.key_id in ids]
            return joined(text, [*theirs, *fresh])

        self.memory.advance(signed, judged)
        return b"".join(line.text for line in fresh)

    def _opened(self, untrusted: bytes) -> tuple[Request, Checkpoint]:
        try:
            request = Request.parse(untrusted)
            said = Checkpoint.parse(split(request.note)[0])
        except NotSignedError as error:
            raise MalformedError from error
        if said.origin not in self.logs:
            raise UnknownLogError
        try:
            signed = open_note(request.note, self.logs[said.origin])
        except NotSignedError as error:
            raise StrangerError from error
        # What is remembered are three lines; a log that says more could say two things with them.
        if split(request.note)[0] != signed.text or request.old > signed.size:
            raise MalformedError
        return request, signed


def _refuse(request: Request, seen: Checkpoint | None, signed: Checkpoint) -> None:
    size = seen.size if seen is not None else 0
    if request.old != size:
        raise OtherSizeError(size)
    if seen is not None and signed.size == seen.size and signed.root != seen.root:
        raise OtherSizeError(size)
    if size == 0 and request.proof:
        raise NotGrownError
    if signed.size == 0 and signed.root != EMPTY_ROOT:
        raise NotGrownError
    try:
        if seen is not None and size:
            check_consistency(size, seen.root, signed.size, signed.root, request.proof)
    except NotInLedgerError as error:
        raise NotGrownError from error
