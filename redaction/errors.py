"""Every way the workshop says no.

Room: redaction. A class's docstring is the sentence a stranger may read: it holds no
names, paths or values. ``code`` is stable; reports, receipts and tests rely on it.
"""

from inspect import cleandoc
from typing import ClassVar


class RedactionError(Exception):
    """The file could not be cleaned."""

    code: ClassVar[str] = "not-cleanable"

    def public(self) -> str:
        """Return the sentence that may leave the house."""
        return cleandoc(type(self).__doc__ or "")


class UnknownFormatError(RedactionError):
    """This kind of file is not known here. Send STEP, DXF, PDF, STL, JPEG, PNG or plain text."""

    code = "unknown-format"


class UnsupportedFormatError(RedactionError):
    """This kind of file is known but cannot be cleaned safely. Send a STEP or PDF export."""

    code = "unsupported-format"


class EmptyFileError(RedactionError):
    """The file is empty. Export it again and send the new file."""

    code = "empty"


class UnreadableError(RedactionError):
    """The file is damaged or incomplete. Export it again and send the new file."""

    code = "unreadable"


class EncryptedError(RedactionError):
    """The file is protected by a password. Save a copy without protection and send that."""

    code = "encrypted"


class AmbiguousError(RedactionError):
    """The file can be read as two different formats. Export it again from the original program."""

    code = "polyglot"


class TooLargeError(RedactionError):
    """The file, or what it unpacks to, is larger than this gateway accepts."""

    code = "too-large"


class TooComplexError(RedactionError):
    """The file took more time or memory than one file may take. Send a simpler export."""

    code = "too-complex"


class UnsafeArchiveError(RedactionError):
    """Programs would unpack this archive differently. Pack its files anew and send that."""

    code = "unsafe-archive"


class MemberRefusedError(RedactionError):
    """A file inside this one cannot be cleaned; the findings say which and why. Leave it out."""

    code = "member-refused"

    def __init__(
        self, where: str = "", name: str = "", cause: RedactionError | None = None
    ) -> None:
        """Say which member it was (``member 3``), what it is called, and why it was refused."""
        super().__init__(where)
        self.where = where
        self.name = name
        self.cause = cause


class ActiveContentError(RedactionError):
    """The file holds programs that cannot be taken out safely. Save it without them."""

    code = "active-content"


class SignedDrawingError(UnsupportedFormatError):
    """The page draws the name of who signed it. Send the drawing as it was before signing."""

    code = "visible-signature"


class OpaqueStreamError(RedactionError):
    """Parts of the file are packed so that they cannot be cleaned. Send a STEP or PDF export."""

    code = "opaque-stream"


class CannotRedactContentError(RedactionError):
    """Words that are to go cannot be taken out of this kind of file. Change them in the drawing."""

    code = "cannot-redact-content"


class ChoiceUnknownError(RedactionError):
    """What was chosen to go is not in this file. Look at its findings again and choose anew."""

    code = "unknown-choice"


class ForeignStreamError(RedactionError):
    """An added program keeps people's names in the file. Send a STEP export, or save without it."""

    code = "foreign-stream"


class ResidueError(RedactionError):
    """A removed value is still present elsewhere in the file, so it cannot be called clean."""

    code = "residue"


class NotFaithfulError(RedactionError):
    """The cleaned file could not be proved to show the same drawing."""

    code = "not-faithful"


class WorkerFailedError(RedactionError):
    """The sandbox could not finish this file. Nothing was released."""

    code = "worker-failed"
