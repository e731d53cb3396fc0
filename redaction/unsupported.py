"""Kinds of files that are recognised, cannot be cleaned, and what to send instead.

Room: redaction. Pure. Each class's docstring is the sentence its sender reads; ``code`` is
stable. ``REFUSALS`` lists every way the workshop says no, so that a code that crosses the
wall is turned into a sentence on the trusted side and no sentence has to cross.
"""

from typing import Final

from redaction import errors
from redaction.errors import RedactionError, UnsupportedFormatError
from redaction.preview import errors as pictures


class DwgError(UnsupportedFormatError):
    """This release of DWG cannot be cleaned safely. Save it as DWG 2018 or DXF, or as PDF."""

    code = "unsupported-dwg"


class NativeCadError(UnsupportedFormatError):
    """Native CAD files keep hidden histories and cannot be cleaned safely. Send a STEP export."""

    code = "unsupported-native-cad"


class CreoError(NativeCadError):
    """Creo and Pro/ENGINEER files cannot be cleaned safely. Save a copy as STEP AP242."""

    code = "unsupported-creo"


class CatiaError(NativeCadError):
    """CATIA files cannot be cleaned safely. Save the model as STEP AP242."""

    code = "unsupported-catia"


class NxError(NativeCadError):
    """NX files cannot be cleaned safely. Export the model as STEP AP242."""

    code = "unsupported-nx"


class IgesError(UnsupportedFormatError):
    """Compressed and binary IGES cannot be cleaned safely. Send plain IGES or a STEP export."""

    code = "unsupported-iges"


class KernelModelError(UnsupportedFormatError):
    """Binary kernel models and JT cannot be cleaned safely. Send a text or STEP export instead."""

    code = "unsupported-kernel-model"


class JtError(KernelModelError):
    """JT files cannot be cleaned safely. Export the model they show as STEP AP242."""

    code = "unsupported-jt"


class MeshError(UnsupportedFormatError):
    """This kind of mesh cannot be cleaned safely. Send an STL or STEP export instead."""

    code = "unsupported-mesh"


class ArchiveError(UnsupportedFormatError):
    """This kind of archive is not opened here. Send a ZIP archive, or its drawings one by one."""

    code = "unsupported-archive"


class RarError(ArchiveError):
    """RAR archives are not opened here. Pack the drawings as ZIP, or send them one by one."""

    code = "unsupported-rar"


class OfficeError(UnsupportedFormatError):
    """This kind of Office document cannot be cleaned safely. Save it as DOCX, XLSX, PPTX or PDF."""

    code = "unsupported-office"


class ImageError(UnsupportedFormatError):
    """This kind of image cannot be cleaned safely. Save it as PNG or JPEG and send that."""

    code = "unsupported-image"


class MarkupError(UnsupportedFormatError):
    """This kind of XML or web page cannot be cleaned safely. Send an SVG, PDF or DXF export."""

    code = "unsupported-markup"


class BoardError(UnsupportedFormatError):
    """The design of a board itself is not cleaned here. Send its Gerber and drill files, or PDF."""

    code = "unsupported-board"


class ProgramError(UnsupportedFormatError):
    """Programs and scripts are not drawings and are not accepted. Send the drawing itself."""

    code = "unsupported-program"


REFUSALS: Final[dict[str, type[RedactionError]]] = {
    refusal.code: refusal
    for refusal in (
        RedactionError,
        errors.UnknownFormatError,
        errors.UnsupportedFormatError,
        errors.EmptyFileError,
        errors.UnreadableError,
        errors.EncryptedError,
        errors.AmbiguousError,
        errors.TooLargeError,
        errors.TooComplexError,
        errors.UnsafeArchiveError,
        errors.MemberRefusedError,
        errors.ActiveContentError,
        errors.OpaqueStreamError,
        errors.ForeignStreamError,
        errors.SignedDrawingError,
        errors.CannotRedactContentError,
        errors.ChoiceUnknownError,
        errors.ResidueError,
        errors.NotFaithfulError,
        errors.WorkerFailedError,
        DwgError,
        NativeCadError,
        CreoError,
        CatiaError,
        NxError,
        JtError,
        RarError,
        IgesError,
        KernelModelError,
        MeshError,
        ArchiveError,
        OfficeError,
        ImageError,
        MarkupError,
        BoardError,
        ProgramError,
        pictures.NoPictureError,
        pictures.NothingToDrawError,
        pictures.NoKernelError,
    )
}
