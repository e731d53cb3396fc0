"""Words of an XML part that their owner wants out: taken out where a reader sees them.

Room: redaction/carriers. Pure; linear in the part. Words are found as ``xml_words`` reads them, so
that a name cut into several runs is one: what stands instead of it goes into the first run, and
the others lose their share. Elements, their order and every attribute that others refer to stay.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from redaction.carriers import xml_projection
from redaction.carriers.xml_part import ATTRIBUTE, decoded, escaped, local, plain, tokens
from redaction.carriers.xml_walk import Cut, applied
from redaction.carriers.xml_words import LINES, READ, Words
from redaction.errors import NotFaithfulError
from redaction.model import Action, CarrierClass, Finding, Profile
from redaction.text import people

Values = Mapping[str, str]  # what goes, and what stands there instead


def asked(
    carrier: str, found: Sequence[Finding], shown: Iterable[Words], profile: Profile
) -> tuple[list[Finding], Values]:
    """Return the findings with those as replaced that ``profile`` asks for, and what goes.

    What is also told where it cannot be taken out stays for review.
    """
    if not profile.asks_any:
        return list(found), {}
    wanted = {
        one.value: people.token(one.category)
        for one in found
        if profile.asks(carrier, one.category, one.value)
    }
    stuck = _stuck(shown, wanted)
    values = {value: token for value, token in wanted.items() if value not in stuck}
    return [_done(one) if one.value in values else one for one in found], values


def of(findings: Iterable[Finding], carrier: str) -> Values:
    """Return what a plan with ``findings`` takes out of the words in ``carrier``."""
    return {
        found.value: people.token(found.category)
        for found in findings
        if found.carrier == carrier
        and found.action is Action.REPLACED
        and found.carrier_class is CarrierClass.CONTENT
    }


def taken(text: str, values: Values) -> str:
    """Return the part ``text`` without the words in ``values``."""
    return applied(text, sorted(_cuts(text, values))) if values else text


def without(content: bytes, values: Values) -> bytes:
    """Return the part whose bytes are ``content`` without the words in ``values``."""
    part = decoded(content)
    text = taken(part.text, values)
    return content if text == part.text else part.encoded(text)


def prove(before: bytes, after: bytes, values: Values) -> None:
    """Prove that a part is the same but for the words in ``values``.

    Raises:
        NotFaithfulError: something else differs.
        UnreadableError: one is not well-formed.
    """
    old, new = _Frame(values), _Frame({})
    xml_projection.heard(before, old)
    xml_projection.heard(after, new)
    if old.said() != new.said():
        raise NotFaithfulError("more than the chosen words differs")


def _done(found: Finding) -> Finding:
    return replace(found, action=Action.REPLACED)


def _stuck(shown: Iterable[Words], wanted: Values) -> set[str]:
    """Return which of ``wanted`` stand in an attribute by which parts find each other."""
    if not wanted:
        return set()
    pattern = _pattern(wanted)
    return {found.group() for part in shown for found in pattern.finditer("\n".join(part.fixed))}


def _pattern(values: Values) -> re.Pattern[str]:
    words = "|".join(_bounded(value) for value in sorted(values, key=len, reverse=True))
    return re.compile(words or r"(?!)")


def _bounded(value: str) -> str:
    before = r"(?<![^\W_])" if value[:1].isascii() and value[:1].isalnum() else ""
    after = r"(?![^\W_])" if value[-1:].isascii() and value[-1:].isalnum() else ""
    return f"{before}{re.escape(value)}{after}"


def _cuts(text: str, values: Values) -> Iterator[Cut]:
    pattern = _pattern(values)
    pieces: list[tuple[int, int, str, bool]] = []  # start, end, what it says, as CDATA
    joined: list[tuple[int, str]] = []  # the number of the piece, or -1 for the end of a line
    for token in tokens(text):
        kind = token.lastgroup
        if kind in ("text", "cdata"):
            said = token["cdata"] if kind == "cdata" else plain(token["text"])
            joined.append((len(pieces), said))
            pieces.append((token.start(), token.end(), said, kind == "cdata"))
        elif kind == "attributes":
            held = token["attributes"]
            if (token["close"] or held.endswith("/")) and local(token["name"]) in LINES:
                joined.append((-1, "\n"))
            yield from _attributes(held, token.start("attributes"), pattern, values)
    for number, said in _changed(joined, pattern, values).items():
        start, end, _, raw = pieces[number]
        yield start, end, f"<![CDATA[{said}]]>" if raw else _text(said)


def _attributes(held: str, at: int, pattern: re.Pattern[str], values: Values) -> Iterator[Cut]:
    for found in ATTRIBUTE.finditer(held):
        if local(found["name"]) in READ:
            kind = "double" if found["double"] is not None else "single"
            before = plain(found[kind])
            after = pattern.sub(lambda one: values[one.group()], before)
            if after != before:
                yield at + found.start(kind), at + found.end(kind), escaped(after)


def _changed(
    joined: Sequence[tuple[int, str]], pattern: re.Pattern[str], values: Values
) -> dict[int, str]:
    """Return the pieces that change, by their number, and what they say afterwards."""
    text = "".join(said for _, said in joined)
    found = list(pattern.finditer(text))
    changed: dict[int, str] = {}
    at = first = 0
    for number, said in joined:
        end = at + len(said)
        while first < len(found) and found[first].end() <= at:
            first += 1
        out, position, nearest = [], at, first
        while nearest < len(found) and found[nearest].start() < end:
            one = found[nearest]
            out.append(text[position : max(one.start(), at)])
            out.append(values[one.group()] if one.start() >= at else "")
            position = min(one.end(), end)
            nearest += 1
        if out and number >= 0:
            changed[number] = "".join((*out, text[position:end]))
        at = end
    return changed


def _text(said: str) -> str:
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class _Frame(xml_projection.Unheard):
    """Hears a part as another parser reads it: its frame, and its words line by line."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._pattern = _pattern(values)
        self._frame = hashlib.blake2b(digest_size=32)
        self._words: list[str] = []

    def said(self) -> tuple[bytes, str]:
        """Return a digest of the frame, and all words."""
        return self._frame.digest(), self._without("".join(self._words))

    def startElement(self, name: str, held: Mapping[str, str]) -> None:  # noqa: N802 - SAX
        """Take a tag."""
        kept = [
            (key, self._without(value) if local(key) in READ else value)
            for key, value in sorted(held.items())
        ]
        self._frame.update(repr(("<", name, kept)).encode("utf-8", "surrogatepass"))

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX
        """Take the end of a tag."""
        self._frame.update(repr((">", name)).encode("utf-8", "surrogatepass"))
        if local(name) in LINES:
            self._words.append("\n")

    def characters(self, content: str) -> None:
        """Take a piece of text."""
        self._words.append(content)

    def processingInstruction(self, target: str, words: str) -> None:  # noqa: N802 - SAX
        """Take an instruction."""
        self._frame.update(repr(("?", target, words)).encode("utf-8", "surrogatepass"))

    def _without(self, text: str) -> str:
        return self._pattern.sub(lambda one: self._values[one.group()], text)
