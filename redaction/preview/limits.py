"""How large a picture may be: what the worker keeps to, and the trusted side checks.

Room: redaction/preview. Pure.
"""

from typing import Final

MAX_PIXELS: Final = 1600  # the longest side of a page
MAX_PAGES: Final = 4
GAP_PIXELS: Final = 24  # between pages, one below the other
MAX_SIDE: Final = MAX_PAGES * (MAX_PIXELS + GAP_PIXELS)
MAX_PICTURE_BYTES: Final = 32 * 1024 * 1024
