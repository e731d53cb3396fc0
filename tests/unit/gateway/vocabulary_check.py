"""Does a note tell what the vocabulary says its kind tells? The tests' journal asks."""

from collections.abc import Mapping

from gateway.journal import Happening, Note
from gateway.vocabulary import EITHER, KINDS, Field
from storage.ledger.events import Slot


class NotInVocabularyError(Exception):
    """A note tells what its kind does not tell, or lacks what it must tell."""


def require(note: Note) -> None:
    """Return if a note tells what its kind tells.

    Raises:
        NotInVocabularyError: it does not.
    """
    kind = KINDS[note.happening]
    facts = {name for name, fact in _facts_of(note).items() if fact}
    if not facts <= set(kind.facts.split()):
        raise NotInVocabularyError(note.happening, sorted(facts))
    told = {
        Slot.OBJ: note.about,
        Slot.CTX: note.reasons,
        Slot.RCPT: note.recipient.about if note.recipient else {},
        Slot.NET: note.network.about if note.network else {},
    }
    for slot, value in told.items():
        # A slot that is empty as a whole tells nothing; one that tells anything tells all of it.
        if value:
            _require_fields(note.happening, kind.fields(slot), value)


def _facts_of(note: Note) -> Mapping[str, str | None]:
    return {
        "x": note.transfer,
        "src": note.src,
        "dst": note.dst,
        "obs": note.observed,
        "reg": note.region,
        "dec": note.decision,
        "basis": note.basis,
        "pol": note.policy,
    }


def _require_fields(
    happening: Happening, known: Mapping[str, Field], value: Mapping[str, str | int]
) -> None:
    needed = {name for name, field in known.items() if not field.optional}
    if not needed <= value.keys() <= known.keys():
        raise NotInVocabularyError(happening, sorted(needed ^ value.keys()))
    for name, one in value.items():
        if name not in EITHER and isinstance(one, int) is not known[name].whole_number:
            raise NotInVocabularyError(happening, name)
