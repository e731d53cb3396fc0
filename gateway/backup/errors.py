"""Every way a backup or its restoring can fail.

Room: gateway/backup. Docstrings are what the operator is told.
"""

from gateway.errors import GatewayError


class RefusedError(GatewayError):
    """Restoring was refused, and nothing was changed."""

    code = "restore-refused"


class BackupUnfitError(RefusedError):
    """This is no whole backup: a file of it is missing or was changed. Nothing was restored."""

    code = "backup-unfit"


class BackupUnwritableError(GatewayError):
    """The backup cannot be written there. Give an empty directory, or one with an older backup."""

    code = "backup-unwritable"


class PlaceTakenError(RefusedError):
    """There are rows already. Restore into an empty directory or database."""

    code = "place-taken"


class KeysMissingError(RefusedError):
    """The directory holds no keys. Bring root.key into it, and give the backup of the keys."""

    code = "keys-missing"


class WouldForkError(RefusedError):
    """The log in this backup ends before, or beside, a checkpoint that was signed: continuing it
    would make two truths. Bring a newer backup, or leave the newer log in its place."""

    code = "would-fork"


class NewestUnknownError(RefusedError):
    """There is no log in the directory to compare with. Give the newest checkpoint you have seen
    (from a partner, a witness, a published copy), or say that none was ever given away."""

    code = "newest-unknown"


class ErasuresUnknownError(RefusedError):
    """Nobody knows who was erased since these keys were copied. Give the list that "drawbridge
    subjects erased" wrote, or say that nobody was."""

    code = "erasures-unknown"
