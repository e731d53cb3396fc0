"""The words of an XML part that a reader sees: who is named in them is told, never touched.

Room: redaction/carriers. Pure; linear in the part. Text is put together as it is read: runs of
one paragraph make one line, for a name or an address is often cut into several of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers.xml_part import ATTRIBUTE, local, plain, tokens
from redaction.model import Action, CarrierClass, Category, Finding
from redaction.text import people

# Elements at whose end a line ends: paragraphs, cells, entries, items, headings.
LINES: Final = frozenset(
    {"p", "si", "is", "text", "v", "h", "tr", "row", "c", "table-cell", "list-item", "item"}
    | {"comment", "br", "cr", "tab", "String", "Property", "string", "line-break"}
)
# Attributes that are shown: alternative texts, tool tips, titles, links on the web.
SHOWN: Final = frozenset(
    {"descr", "title", "name", "tooltip", "display", "location", "Target", "href", "alt"}
    | {"value", "prompt", "promptTitle", "error", "errorTitle", "label", "string-value", "val"}
)
# Those of them that only people read, and some that are too short for a second look.
READ: Final = frozenset(
    {"descr", "title", "tooltip", "display", "alt", "prompt", "promptTitle", "error"}
    | {"errorTitle", "label", "aria-label", "string-value"}
)
MIN_PART_CHARS: Final = 4
MAX_FINDINGS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Words:
    """What one part shows: its text as it is read, each run of it, and attributes worth a look.

    ``fixed`` are those of the attributes by which parts of a document may find each other.
    """

    where: str
    text: str = field(repr=False)
    runs: str = field(repr=False)
    attributes: str = field(repr=False)
    fixed: tuple[str, ...] = field(default=(), repr=False)


def words(where: str, text: str) -> Words:
    """Return what the part ``text`` shows."""
    lines: list[str] = []
    runs: list[str] = []
    values: list[tuple[str, str]] = []
    for token in tokens(text):
        kind = token.lastgroup
        if kind == "text":
            lines.append(plain(token["text"]))
            runs.append(lines[-1])
        elif kind == "cdata":
            lines.append(token["cdata"])
        elif kind == "attributes":
            held = token["attributes"]
            if (token["close"] or held.endswith("/")) and local(token["name"]) in LINES:
                lines.append("\n")
            if '="' in held or "='" in held:
                values += _shown(held)
    return Words(
        where,
        "".join(lines),
        "\n".join(runs),
        "\n".join(value for _, value in values),
        tuple(value for name, value in values if name not in READ),
    )


def _shown(held: str) -> Iterator[tuple[str, str]]:
    for found in ATTRIBUTE.finditer(held):
        value = found["double"] or found["single"] or ""
        name = local(found["name"])
        if len(value) >= MIN_PART_CHARS and name in SHOWN:
            yield name, plain(value)


def named(carrier: str, shown: Iterable[Words]) -> list[Finding]:
    """Return, for review, who is named, reached or located in what the parts show."""
    found: dict[tuple[str, str, Category], Finding] = {}
    for part in shown:
        # Two runs that touch may spoil an address that ends the one; each is looked at alone too.
        for text in (part.text, _telling(part.runs), _telling(part.attributes)):
            for span in people.find(text):
                value = text[span.start : span.end]
                found.setdefault(
                    (part.where, value, span.category),
                    Finding(
                        carrier,
                        span.category,
                        Action.REVIEW,
                        value,
                        part.where,
                        CarrierClass.CONTENT,
                        confidence=span.confidence,
                        rule=span.rule,
                    ),
                )
    return list(found.values())[:MAX_FINDINGS]


def _telling(values: str) -> str:
    # Most attributes are names of styles and numbers, among which nobody needs to be sought.
    return "\n".join(line for line in values.split("\n") if "@" in line or ":" in line)


def echoes(
    carrier: str, removed: Sequence[tuple[str, Category]], shown: Sequence[Words]
) -> list[Finding]:
    """Return, for review, removed words that the parts themselves show.

    ``removed`` holds the words to look for and what they are.
    """
    places = [(part.where, f"{part.text}\n{part.attributes}".casefold()) for part in shown]
    found: list[Finding] = []
    for word, category in sorted(set(removed)):
        folded = word.casefold()
        where = next((place for place, text in places if folded in text), "")
        if len(word) >= MIN_PART_CHARS and where:
            found.append(
                Finding(
                    *(carrier, category, Action.REVIEW, word, where, CarrierClass.CONTENT),
                    rule="echo.removed",
                )
            )
    return found
