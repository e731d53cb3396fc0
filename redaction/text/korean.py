"""Korean names before titles and forms of address.

Room: redaction/text. Pure; linear in the text. Labels before names are read by ``labelled``.
"""

import re
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text.labelled import KOREAN_SURNAMES
from redaction.text.lexicon import lexicon
from redaction.text.span import Span

TITLED: Final = re.compile(
    r"(?<![가-힣])(?P<name>[가-힣]{1,4}?) ?(?P<title>씨|님|과장|대리|부장|차장|사원|주임|책임"
    r"|선임|팀장|소장|사장|이사|대표|기사|상무"
    r"|전무|반장|실장|연구원)(?:님)?(?=[은는이가께에의과와도을를한로 ,.:)]|$)"
)
BARE: Final = re.compile(r"(?<![가-힣])(?P<surname>[가-힣])(?P<given>[가-힣]{2})(?![가-힣])")


def korean(text: str) -> Iterator[Span]:
    """Yield names that a title follows, and full names whose given name is well known."""
    for found in TITLED.finditer(text):
        if found["name"][0] in KOREAN_SURNAMES and len(found["name"]) != 2:
            yield Span(*found.span("name"), Category.PERSON, 0.86, "name.titled")
        elif found["name"][0] in KOREAN_SURNAMES:
            yield Span(*found.span("name"), Category.PERSON, 0.65, "name.titled")
    for found in BARE.finditer(text):
        if found["surname"] in KOREAN_SURNAMES and found["given"] in lexicon().korean:
            yield Span(*found.span(), Category.PERSON, 0.7, "name.full")
