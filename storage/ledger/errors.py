"""Every way the ledger says no.

Room: storage/ledger. Messages name places in the log, never people.
"""


class LedgerError(Exception):
    """The ledger refused."""


class LedgerUnavailableError(LedgerError):
    """The entry could not be made durable; whether it was written is known when it is tried again
    with the same key."""


class UnfitEventError(LedgerError):
    """The event says what a leaf may not hold: another slot, free text, an unknown country."""


class NoSuchEntryError(LedgerError):
    """There is no such entry, tile or checkpoint."""


class ErasedError(LedgerError):
    """The person was erased; nobody can open this any more."""


class NotInLedgerError(LedgerError):
    """The proof does not hold."""


class NotSignedError(LedgerError):
    """The note is not a checkpoint signed with the key it must be signed with."""


class NotValidError(LedgerError):
    """The log was changed or damaged. ``where`` says at which row or tile, ``why`` what it is."""

    def __init__(self, where: str, why: str) -> None:
        """Keep the place and the reason."""
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


class BehindError(NotValidError):
    """The log was signed further on than it goes, or over other entries: it was brought back from a
    backup, or is another. Signing it again would make two truths under one name."""

    def __init__(self, why: str) -> None:
        """Keep the reason."""
        super().__init__("signed before", why)


class PolicyError(LedgerError):
    """The file is no policy (C2SP tlog-policy). ``line`` counts from 1; 0 is the whole file."""

    def __init__(self, line: int, why: str) -> None:
        """Keep the place and the reason."""
        super().__init__(f"line {line}: {why}" if line else why)
        self.line = line
        self.why = why


class QuorumError(NotSignedError):
    """Too few of the witnesses that the policy asks for have cosigned the checkpoint."""

    def __init__(self, cosigned: list[str]) -> None:
        """Keep who did."""
        super().__init__()
        self.cosigned = cosigned
