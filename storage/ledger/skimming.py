"""The facts of a leaf, read off its bytes: what exporting millions of them needs.

Room: storage/ledger. Pure. ``storage.ledger.leaf.decode`` checks everything there is to a leaf and
is the judge of it; this reads the same facts twenty times faster off leaves written as ``encode``
writes them. What does not look like that goes to ``decode``, which refuses it or knows better.
"""

import json
import re
from typing import Final, NamedTuple

from storage.ledger.leaf import decode

# What of an entry every auditor may read, under the leaf's names.
FACTS: Final = ("t", "ts", "x", "src", "dst", "obs", "reg", "dec", "basis", "pol")


class Skimmed(NamedTuple):
    """A leaf's facts as it writes them: JSON, ``null`` or a text with its quotes.

    Texts hold printable ASCII without quotes and backslashes.
    """

    t: bytes
    ts: bytes
    x: bytes
    src: bytes
    dst: bytes
    obs: bytes
    reg: bytes
    dec: bytes
    basis: bytes
    pol: bytes

    def told(self) -> dict[str, str | None]:
        """Return the facts by their names."""
        return {
            name: None if token == b"null" else token[1:-1].decode()
            for name, token in zip(FACTS, self, strict=True)
        }


_TEXT: Final = rb'"[!#-\[\]-~]*+"'
_HASHES: Final = rb":\{[^{}\\]*+\}"


def _may(name: bytes) -> bytes:
    return rb'"' + name + rb'":(null|' + _TEXT + rb")"


# Versions 1 and 2: what 1 does not know may be missing.
_LEAF: Final = re.compile(
    rb"\{"
    + b",".join((_may(b"basis"), rb'"cm"' + _HASHES, _may(b"dec"), _may(b"dst")))
    + rb',"key":'
    + _TEXT
    + rb',"n":(?:null|[0-9]++),(?:'
    + _may(b"obs")
    + rb",)?+"
    + _may(b"pol")
    + rb",(?:"
    + _may(b"reg")
    + rb",)?+"
    + b",".join((rb'"se"' + _HASHES, _may(b"src"), rb'"t":(' + _TEXT + rb")"))
    + rb',"ts":('
    + _TEXT
    + rb'),"v":[12],'
    + _may(b"x")
    + rb"\}"
)


def skimmed(untrusted: bytes) -> Skimmed:
    """Return the facts of an entry.

    Raises:
        UnfitEventError: it is not a leaf.
    """
    match = _LEAF.fullmatch(untrusted)
    if match is None:
        leaf = decode(untrusted)
        facts = {"t": leaf.kind.value, "ts": leaf.at, **leaf.facts}
        return Skimmed(*(json.dumps(facts[name]).encode() for name in FACTS))
    basis, dec, dst, obs, pol, reg, src, kind, at, x = match.groups()
    return Skimmed(kind, at, x, src, dst, obs or b"null", reg or b"null", dec, basis, pol)
