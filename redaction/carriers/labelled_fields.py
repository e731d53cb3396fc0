"""Fields that users named themselves: whether one tells of somebody, by its name and its value.

Room: redaction/carriers. Pure. A user of a CAD system calls a property what stands beside it on the
drawing ("Bearbeiter", "QAApproval", "设计"), so besides the names that programs give their fields,
the labels of title blocks are known (``redaction.text.labels``). A label alone decides nothing: the
value must be, as a whole, somebody's name or initials.
"""

import re
from typing import Final

from redaction.carriers.naming import category_of
from redaction.model import Category
from redaction.text import people

# What a field's name alone may say. A folder or place is only told by what stands in it.
TELLING: Final = frozenset(
    {Category.PERSON, Category.ORGANISATION, Category.EMAIL, Category.PHONE, Category.ADDRESS}
)
# "EngineeringApproval" ends in a label.
LAST_WORD: Final = re.compile(r"(?:[A-Z][a-z]++|[a-z]++|[^\W_a-zA-Z]++)\W*$")
# The name of a thing is no label for a person, though it ends in one.
OF_A_THING: Final = re.compile(
    r"(?:file|folder|part|model|assembly|component|product|project|drawing|document|sheet|view"
    r"|configuration|template|material|layer|block)[\s_-]*name$",
    re.IGNORECASE,
)
MAX_NAME_CHARS: Final = 80


def category(name: str, value: str) -> Category | None:
    """Return what ``value`` of a field called ``name`` tells of somebody; None for nothing.

    A field without a name is judged by its value alone.
    """
    told = category_of(re.sub(r"\s", "_", name))
    if told in TELLING:
        return told
    text = value.strip()
    if not 0 < len(text) <= MAX_NAME_CHARS:
        return None
    last = LAST_WORD.search(name)
    labels = ("",) if OF_A_THING.search(name) else (name, last[0] if last else name)
    for label in dict.fromkeys(labels):
        for span in people.find(text, label or None):
            whole = (span.start, span.end) == (0, len(text))
            if whole and span.category in TELLING and span.confidence >= people.SURE:
                return span.category
    return None
