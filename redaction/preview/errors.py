"""Why there is no picture. A drawing without one is as clean and as releasable as any other.

Room: redaction/preview. A class's docstring is the sentence its owner reads; ``code`` is stable.
"""

from redaction.errors import RedactionError


class NoPictureError(RedactionError):
    """There are no pictures of this kind of file."""

    code = "no-picture"


class NothingToDrawError(RedactionError):
    """There is nothing in this file that can be drawn."""

    code = "nothing-to-draw"


class NoKernelError(RedactionError):
    """Solid models are pictured where OpenCascade is installed: drawbridge-gateway[kernel]."""

    code = "no-kernel"
