"""Dates as title blocks write them; a name stands on either side of one.

Room: redaction/text. Pure.
"""

import re
from typing import Final

_MONTH: Final = r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]{0,6}\.?"
DATE: Final = re.compile(
    r"(?<![\d.])(?:\d{4}[-./年] ?\d{1,2}[-./月] ?\d{1,2}日?|\d{1,2}[-./ ]{1,2}\d{1,2}[-./ "
    r"]{1,2}(?:\d{4}|\d{2})"
    rf"|\d{{1,2}}[-. ]{{0,2}}{_MONTH}[-. ,]{{0,2}}(?:\d{{4}}|'?\d{{2}})|{_MONTH} ?\d{{1,2}},? "
    r"\d{4}"
    r"|(?:19|20)\d{6}|['’]\d\d[-./]\d{1,2}[-./]\d{1,2}|(?:[RHS]\d{1,2}|令和\d{1,2}"
    r"|平成\d{1,2})[-./年]\d{1,2}[-./月]\d{1,2}日?"
    r"|KW ?\d{1,2}(?:[/ ]\d{2,4})?|\d{1,2}/\d{4})(?![\d])",
    re.IGNORECASE,
)
