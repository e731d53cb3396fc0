"""SVG drawings: who drew them, with what and from where goes; every line stays as it is written.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. A drawing is changed where it
tells of people (``svg_tables``, ``svg_markup``), pictures in it are cleaned by their own handlers,
words that are drawn are only told. Specification: SVG 2; carriers: docs/reference/formats/svg.md.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from redaction.carriers import data_urls, echoes, xml_choices, xml_part, xml_walk, xml_words
from redaction.carriers.numbered_names import staying
from redaction.carriers.xml_part import Part
from redaction.formats import svg_fidelity, svg_prologue
from redaction.formats.svg_markup import Markup
from redaction.model import Category, Finding, Member, Plan, Profile, Proof
from redaction.text import people

REWRITE: Final = "rewrite"
WORDS: Final = "SVG.text"
# What a program calls an element by itself: by its kind, or a number.
NAMED: Final = re.compile(
    r"\s(?:id|data-name|[\w-]++:(?:label|id))\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')"
)
_KINDS: Final = (
    r"svg|g|path|rect|circle|ellipse|(?:poly)?line|polygon|text|tspan|textpath|defs|use|image|stop"
    r"|(?:linear|radial)gradient|clip(?:path)?|mask|pattern|marker|symbol|filter|style|layer|base"
    r"|metadata|namedview|glyph|font|[a-z]{1,3}"
)
MACHINE_MADE: Final = re.compile(rf"(?:{_KINDS})?+[-_ ]?+(?:[\da-f]++[-_.]?+)*+", re.IGNORECASE)
DECLARATION: Final = re.compile(r"\s*+<\?xml\s.*?\?>", re.DOTALL)


def plan(data: bytes, profile: Profile) -> Plan:
    """Return what goes, and whom the drawing's own words name.

    Raises:
        UnreadableError: no SVG, not well-formed, or a document type that could do harm.
        ActiveContentError: programs or web pages that cannot be taken out.
        OpaqueStreamError: a picture that is not written in base64.
    """
    part, kind = svg_prologue.read(data)
    markup = Markup(part.text)
    if kind is not None:
        markup.changes.gone("SVG.DOCTYPE", Category.SOFTWARE, kind[:80], "line 1")
    text = xml_walk.applied(part.text, markup.cuts)
    shown = xml_words.words("", data_urls.PICTURE.sub("", text))
    labelled = "\n".join((*markup.labels, shown.attributes))
    labels = xml_words.Words("labels", shown.text, "", labelled)
    told = xml_words.named(WORDS, [shown])
    told += xml_words.echoes(WORDS, echoes.telling(markup.changes.findings), [labels])
    told, values = xml_choices.asked(WORDS, told, [shown], profile)
    findings = [*markup.changes.findings, *(_placed(found, part.text) for found in told)]
    if Category.NAME in profile.redact_content:
        findings += _names(text)
    changed = kind is not None or text != part.text or bool(values)
    return Plan(tuple(findings), tasks=(REWRITE,) if changed else ())


def _names(text: str) -> list[Finding]:
    """Return the names that somebody gave to parts; others refer to them by it, so they stay."""
    given = (found[1] or found[2] or "" for found in NAMED.finditer(text))
    return [
        staying("SVG.id", xml_part.plain(name))
        for name in dict.fromkeys(given)
        if not MACHINE_MADE.fullmatch(name)
    ]


def _placed(found: Finding, text: str) -> Finding:
    """Return what is told of words, with the line on which they stand whole."""
    at = text.find(xml_part.escaped(found.value))
    line = text.count("\n", 0, at) + 1
    return found if at < 0 or found.where else replace(found, where=f"line {line}")


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the drawing with all of it cut; without a planned rewrite, ``data`` itself."""
    values = xml_choices.of(plan.findings, WORDS)
    return _cleaned(data, values) if REWRITE in plan.tasks else data


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that all that is drawn is the same, but for words that were asked to go.

    Raises:
        NotFaithfulError: something else differs.
    """
    before, after = svg_prologue.read(original)[0], svg_prologue.read(cleaned)[0]
    values = xml_choices.of(plan.findings, WORDS)
    if values:
        frame = svg_prologue.read(_cleaned(original, {}))[0]
        xml_choices.prove(_plain(frame), _plain(after), values)
    return (svg_fidelity.compared(xml_choices.taken(before.text, values), after.text),)


def members(data: bytes) -> Sequence[Member]:
    """Return the pictures that are written into the drawing."""
    part, _ = svg_prologue.read(data)
    return [
        Member(number, f"picture {number}", content)
        for number, content in data_urls.contents(part.text)
    ]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the drawing with the members in ``replaced`` holding what stands there."""
    part, _ = svg_prologue.read(data)
    numbered = {int(name.split()[-1]): content for name, content in replaced.items()}
    return _written(part, data_urls.replaced(part.text, numbered))


def _cleaned(data: bytes, values: xml_choices.Values) -> bytes:
    part, _ = svg_prologue.read(data)
    text = xml_walk.applied(part.text, Markup(part.text).cuts)
    return _written(part, xml_choices.taken(text, values))


def _plain(part: Part) -> bytes:
    """Return the drawing in UTF-8, without the declaration of an encoding that no longer counts."""
    return DECLARATION.sub("", part.text.strip("\ufeff"), count=1).encode("utf-8", "surrogatepass")


def _written(part: Part, text: str) -> bytes:
    return part.encoded(text)


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
