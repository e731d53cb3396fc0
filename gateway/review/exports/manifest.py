"""What an export says of itself: the question, as of which checkpoint, how much, and its hash.

Room: gateway/review. Pure. docs/reference/exports.md is the specification.
"""

import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Final

from storage.ledger.filtering import Filter

VERSION: Final = 1
EXPORTER: Final = "drawbridge/ledger-export/1"
MAX_BYTES: Final = 64 * 1024 * 1024  # a partner's transfers may be many


class Proof(StrEnum):
    """What a bundle proves."""

    INCLUDED = "included"  # every entry in it is in the log, where it says
    COMPLETE = "complete"  # and no other entry of the log fits the question


class ManifestUnfitError(Exception):
    """This is not the manifest of an export, or one of a newer version."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """An export's account of itself.

    ``asked`` is the question as the leaves can answer it. ``transfers`` and ``numbers`` stand in
    it for a partner, a part or a link: that those are theirs is the gateway's word, not proved.
    """

    format: str
    format_version: str
    file: str
    rows: int
    size_bytes: int
    sha256: str
    question: str
    asked: dict[str, Any]
    origin: str
    size: int
    root: str
    vkey: str
    exported_at: str
    proof: str | None
    manifest: int = VERSION
    exporter: str = EXPORTER

    @property
    def text(self) -> str:
        """The manifest as JSON."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def parse(cls, untrusted: bytes) -> "Manifest":
        """Return the manifest of a text.

        Raises:
            ManifestUnfitError: it is none.
        """
        try:
            document = json.loads(untrusted)
            told = cls(**document)
            fits = all(isinstance(getattr(told, name), kind) for name, kind in _KINDS.items())
        except (ValueError, TypeError, RecursionError) as error:
            raise ManifestUnfitError from error
        if not fits or told.manifest != VERSION or told.exporter != EXPORTER:
            raise ManifestUnfitError
        return told

    def wanted(self) -> Filter:
        """Return what was asked of the leaves.

        Raises:
            ManifestUnfitError: it is no question.
        """
        return _filter(self.asked)


_KINDS: Final[dict[str, type]] = {
    **dict.fromkeys(("format", "format_version", "file", "sha256", "question"), str),
    **dict.fromkeys(("origin", "root", "vkey", "exported_at", "exporter"), str),
    **dict.fromkeys(("rows", "size_bytes", "size", "manifest"), int),
    "asked": dict,
}


def asked_of(wanted: Filter) -> dict[str, Any]:
    """Return a filter as a manifest has it; what is not asked about is left out."""
    told: dict[str, Any] = {}
    for one in fields(Filter):
        value = getattr(wanted, one.name)
        if value is not None and value != ():
            told[one.name] = sorted(value) if isinstance(value, frozenset | tuple) else value
    return told


def _filter(asked: dict[str, Any]) -> Filter:
    lists: dict[str, Any] = {"kinds": tuple, "transfers": frozenset, "numbers": frozenset}
    try:
        if not all(isinstance(value, str | int | list) for value in asked.values()):
            raise ManifestUnfitError
        return Filter(
            **{name: lists.get(name, lambda one: one)(value) for name, value in asked.items()}
        )
    except TypeError as error:
        raise ManifestUnfitError from error
