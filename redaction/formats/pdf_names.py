"""Names of layers in a PDF, as numbers, where a profile asks for it.

Room: redaction/formats. Pure. A page calls a layer by a resource of its own and never by the name
a reader lists it under, so the names may be any others; nothing is drawn from them. Specification:
ISO 32000-2 §8.11.2 (groups), §8.11.4.3 (labels in their order).
"""

from collections.abc import Iterator

import pikepdf

from redaction.carriers.numbered_names import Numbered
from redaction.formats.pdf_document import opened, written
from redaction.formats.pdf_words import text_of
from redaction.model import Finding

CARRIER = "PDF.layer"
MAX_DEPTH = 20


def renamed(data: bytes) -> tuple[bytes, list[Finding]]:
    """Return the document with numbers for the names of its layers, and what they were.

    A document in which none is named is returned as it is.
    """
    pdf = opened(data)
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, pikepdf.Dictionary):
        return data, []
    names = Numbered()
    changed = False
    for holder, key, value in [*_groups(properties), *_labels(properties)]:
        said = text_of(value)
        instead = names.of("layer ", said, CARRIER)
        if instead != said:
            holder[key] = pikepdf.String(instead)
            changed = True
    return (written(pdf) if changed else data), names.findings


_Place = tuple[pikepdf.Object, str | int, pikepdf.Object]


def _groups(properties: pikepdf.Dictionary) -> Iterator[_Place]:
    groups = properties.get("/OCGs")
    for group in groups if isinstance(groups, pikepdf.Array) else ():
        if isinstance(group, pikepdf.Dictionary) and "/Name" in group:
            yield group, "/Name", group["/Name"]


def _labels(properties: pikepdf.Dictionary) -> Iterator[_Place]:
    """Yield the labels among the layers, and the names of configurations."""
    others = properties.get("/Configs")
    for one in (properties.get("/D"), *(others if isinstance(others, pikepdf.Array) else ())):
        if isinstance(one, pikepdf.Dictionary):
            if "/Name" in one:
                yield one, "/Name", one["/Name"]
            yield from _order(one.get("/Order"), 0)


def _order(order: pikepdf.Object | None, depth: int) -> Iterator[_Place]:
    if not isinstance(order, pikepdf.Array) or depth > MAX_DEPTH:
        return
    for index in range(len(order)):
        if isinstance(order[index], pikepdf.String):
            yield order, index, order[index]
        else:
            yield from _order(order[index], depth + 1)
