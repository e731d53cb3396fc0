"""The console's bundled files: read once at the start, served under names that hold their hash.

Room: gateway/console. Touches static/built/ (made by gateway.console.bundle). A name is looked up
among the files that were there at the start, so no request ever makes a path.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.start import StartError

BUILT: Final = Path(__file__).parent / "static" / "built"
MANIFEST: Final = "manifest.json"
STAMP: Final = "stamp"
LICENCES: Final = "licences.txt"
MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


class BundleMissingError(StartError):
    """The console is not bundled. Run make setup, or python -m gateway.console.bundle."""

    code = "console-not-bundled"


@dataclass(frozen=True, slots=True)
class Asset:
    """A bundled file."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All bundled files by name, and which source became which."""

    files: Mapping[str, Asset]
    manifest: Mapping[str, str]

    @classmethod
    def read(cls, folder: Path = BUILT) -> "Assets":
        """Return what the last bundling left in ``folder``.

        Raises:
            BundleMissingError: it left nothing, or only a part.
        """
        try:
            manifest = json.loads((folder / MANIFEST).read_text())
            files = {
                path.name: Asset(path.read_bytes(), MEDIA_TYPES[path.suffix])
                for path in folder.iterdir()
                if path.suffix in MEDIA_TYPES
            }
        except (OSError, ValueError) as error:
            raise BundleMissingError from error
        if not set(manifest.values()) <= files.keys():
            raise BundleMissingError
        return cls(files, manifest)

    def url(self, source: str) -> str:
        """Return where the file that ``source`` became is served."""
        return f"/static/{self.manifest[source]}"
