"""Every way an upload or a part can be refused.

Room: gateway/intake. Pure. Facts that come along are offsets, lengths and limits.
"""

from gateway.errors import GatewayError


class UnsupportedVersionError(GatewayError):
    """This version of the tus protocol is not spoken here; 1.0.0 is."""

    code = "tus-version"


class MalformedRequestError(GatewayError):
    """A header or a field of the request is missing, or cannot be understood."""

    code = "malformed-request"


class WrongMediaTypeError(GatewayError):
    """Send the bytes of an upload as application/offset+octet-stream."""

    code = "wrong-media-type"


class OffsetMismatchError(GatewayError):
    """The upload stands at another offset. Ask for it with HEAD and go on from there."""

    code = "upload-offset-mismatch"


class LengthFixedError(GatewayError):
    """The length of this upload was said before, or is less than what has arrived."""

    code = "upload-length-fixed"


class TooLongError(GatewayError):
    """This is longer than was announced, or than this gateway accepts."""

    code = "upload-too-long"


class QuotaError(GatewayError):
    """There is too much uploaded that no part was made of. Delete some uploads first."""

    code = "quota-exceeded"


class NoSpaceError(GatewayError):
    """The gateway has no room for more at the moment. Try again later."""

    code = "no-space"


class UploadMissingError(GatewayError):
    """There is no such upload, or it has expired."""

    code = "upload-missing"


class UploadBusyError(GatewayError):
    """Another request is still writing to this upload. Try again in a moment."""

    code = "upload-busy"


class UploadInterruptedError(GatewayError):
    """The request was broken off. What arrived is kept: ask for the offset and go on."""

    code = "upload-interrupted"


class ChecksumUnknownError(GatewayError):
    """This checksum algorithm is not known here; see Tus-Checksum-Algorithm."""

    code = "checksum-unknown"


class ChecksumMismatchError(GatewayError):
    """The bytes do not have the checksum that was sent with them. Nothing of them was kept."""

    code = "checksum-mismatch"


class UploadUnusableError(GatewayError):
    """An upload of this part is missing, incomplete, in use, or named twice."""

    code = "upload-unusable"


class PartMissingError(GatewayError):
    """There is no such part."""

    code = "part-missing"


class PictureMissingError(GatewayError):
    """There is no such picture: it is not drawn yet, or cannot be, or its drawing is gone."""

    code = "picture-missing"


class NotInReviewError(GatewayError):
    """This part is not ready to be approved: every drawing in it must be in review."""

    code = "not-in-review"


class NotReleasedError(GatewayError):
    """This part is not released."""

    code = "not-released"


class DrawingMissingError(GatewayError):
    """There is no such drawing in this part."""

    code = "drawing-missing"


class ProfileUnknownError(GatewayError):
    """There is no such redaction profile; see /api/v1/profiles."""

    code = "profile-unknown"


class NotChoosableError(GatewayError):
    """Nothing can be chosen here now: the drawing is not in review, or its original is gone."""

    code = "not-choosable"


class FindingUnknownError(GatewayError):
    """A finding that was chosen is not in the report on this drawing, or is no word of its own."""

    code = "finding-unknown"


class NotWaivableError(GatewayError):
    """Cleaning cannot be waived for this drawing: it is not refused, or for a reason of safety."""

    code = "not-waivable"


class WaiverNotAcceptedError(GatewayError):
    """A waiver needs your agreement to its terms as they stand today; see /api/v1/terms."""

    code = "waiver-not-accepted"
