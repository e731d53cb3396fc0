"""The token oracle for STEP: every instance, number and reference is the same, in the same order.

Room: redaction/formats. Pure. Takes both files apart with expressions of its own, so that a slip
in the handler's grammar cannot hide itself. Source: ISO 10303-21:2016 §5.5 and §6.
"""

import re
from collections.abc import Sequence
from typing import Final

from redaction.fidelity.course import Signs
from redaction.fidelity.tokens import Grammar, compared
from redaction.model import Edit, Proof

GRAMMAR: Final = Grammar(
    signs=Signs(
        coarse=re.compile(
            rb"(?P<literal>'(?:[^']++|'')*+')|(?P<comment>/\*(?:[^*]++|\*(?!/))*+\*/)"
            rb'|(?P<opaque>"[^"]*+"|<[^<>]*+>)|(?P<run>[^\'"/<]++|["\'/<])'
        ),
        quote=b"'",
        stop=b";",
        openings=(b'"', b"<", b"/*"),
        last=b"END-ISO-10303-21",
    ),
    fine=re.compile(
        rb"(?P<blank>\s++)|(?P<comment>/\*(?:[^*]++|\*(?!/))*+\*/)|(?P<binary>\"[^\"]*+\")"
        rb"|(?P<resource><[^<>]*+>)|(?P<name>[#@][0-9]++)|(?P<sense>\.(?:AHEAD|BEHIND|EXACT)\.)|(?P<enumeration>\.\w++\.)"
        rb"|(?P<number>[+-]?+[0-9]++(?:\.[0-9]*+(?:[Ee][+-]?+[0-9]++)?+)?+)"
        rb"|(?P<keyword>[!&]?[A-Za-z_][\w-]*+)|(?P<mark>.)",
        re.DOTALL,
    ),
    changeable=frozenset({"resource"}),
    dated=frozenset({"number", "sense"}),
    dates=frozenset(
        b"""
        DATE CALENDAR_DATE ORDINAL_DATE WEEK_OF_YEAR_AND_DAY_DATE YEAR_MONTH LOCAL_TIME
        COORDINATED_UNIVERSAL_TIME_OFFSET IFCOWNERHISTORY IFCCALENDARDATE IFCLOCALTIME
        IFCCOORDINATEDUNIVERSALTIMEOFFSET
        """.split()
    ),
    droppable=re.compile(rb"\s*+(?:/\*.*?\*/\s*+)*+SIGNATURE", re.DOTALL | re.IGNORECASE),
)


def tokens(original: bytes, cleaned: bytes, edits: Sequence[Edit]) -> Proof:
    """Prove that the files differ in strings, dates and links at planned places and nowhere else.

    Raises:
        NotFaithfulError: they differ elsewhere.
    """
    count = compared(original, cleaned, edits, GRAMMAR)
    return Proof(
        "tokens",
        count,
        "every instance, number and reference of the model is the same; "
        "only the listed words and dates differ",
    )
