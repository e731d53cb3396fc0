"""Pictures inside models, left as they are where all they tell is a program or a day.

Room: redaction/carriers. Pure. Who receives a model compares its buffers and files by checksum, and
with which tool a texture was painted is nobody's secret; whoever is named in one, where, and by
which number, goes all the same. Only what is known chunk by chunk is spared, so PNG alone. A
profile that takes comments out of the drawing's own words spares nothing.
"""

import re
from dataclasses import replace
from typing import Final

from redaction.model import Action, Category, Finding, Plan, Profile
from redaction.text import people

HARMLESS: Final = frozenset({Category.TIME, Category.SOFTWARE})
CARRIERS: Final = ("PNG.", "iCCP.")
# What programs write where they have nothing to say.
BOILERPLATE: Final = re.compile(
    r"icc(?: profile)?|photoshop icc profile|s?rgb(?: iec61966-2[-.]1)?|adobe rgb.{0,9}"
    r"|kCGColorSpace\w{1,30}|(?:created|made) with (?:the )?gimp",
    re.IGNORECASE,
)


def spared(plan: Plan, profile: Profile) -> Plan:
    """Return ``plan``, or one that changes nothing where nobody is named in what would go."""
    strict = Category.COMMENT in profile.redact_content
    if strict or not plan.findings or not all(map(_is_harmless, plan.findings)):
        return plan
    told = (replace(found, action=Action.KEPT, seed=False) for found in plan.findings)
    return Plan(tuple(told))


def _is_harmless(found: Finding) -> bool:
    if not found.carrier.startswith(CARRIERS):
        return False
    if BOILERPLATE.fullmatch(found.value.strip()) is not None:
        return True
    return found.category in HARMLESS and not people.find(found.value)
