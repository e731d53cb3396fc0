"""Parts changed by tables, and what that took out of them, as findings.

Room: redaction/carriers. Pure; linear in the part. Shared by the formats that are packages of XML.
"""

from typing import Final

from redaction.carriers.xml_part import Change, Rules, decoded
from redaction.carriers.xml_scribe import scrubbed
from redaction.model import Action, CarrierClass, Category, Finding

# Time, revision numbers, programs and comments tell nobody, or stand on the drawing as well.
NOT_SOUGHT: Final = frozenset(
    {Category.HISTORY, Category.TIME, Category.COMMENT, Category.SOFTWARE, Category.PREVIEW}
    | {Category.SCRIPT, Category.SIGNATURE}
)


def changed(content: bytes, rules: Rules) -> tuple[bytes, list[Change]]:
    """Return the part with its carriers changed; the same bytes when there is none.

    Raises:
        UnreadableError: not XML, or it has a document type.
    """
    part = decoded(content)
    text, changes = scrubbed(part.text, rules)
    return (content if text == part.text else part.encoded(text)), changes


def told(family: str, change: Change, where: str) -> Finding:
    """Return the finding for a changed carrier."""
    return taken(family, change.name, change.category, change.value, where)


def taken(family: str, carrier: str, category: Category, value: str, where: str) -> Finding:
    """Return the finding for what was taken out of a package, by its kind."""
    kind = CarrierClass.ACTIVE if category is Category.SCRIPT else CarrierClass.METADATA
    return Finding(
        f"{family}.{carrier}",
        category,
        Action.REMOVED,
        value,
        where,
        kind,
        seed=category not in NOT_SOUGHT,
    )
