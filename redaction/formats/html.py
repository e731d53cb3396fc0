"""Web pages (HTML): who wrote them and with what goes; elements, words and pictures stay.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Comments, data of programs and
what a page says of itself are cut (``html_markup``); pictures written into the page are cleaned by
their own handlers; words are only told. A page that runs or fetches something is refused.
Specification: HTML Living Standard; carriers: docs/reference/formats/html.md.
"""

import codecs
import re
from collections.abc import Mapping, Sequence
from typing import Final

from redaction.carriers import data_urls, echoes, xml_words
from redaction.carriers.xml_words import Words
from redaction.errors import OpaqueStreamError
from redaction.formats import html_fidelity
from redaction.formats.html_markup import Markup
from redaction.model import Member, Plan, Profile, Proof, patched
from redaction.text import people

# In these no byte of a letter is taken for a bracket; the others are not read.
ENCODINGS: Final = frozenset(
    [
        "utf-8",
        "ascii",
        "iso8859-1",
        "iso8859-2",
        "iso8859-5",
        "iso8859-7",
        "iso8859-9",
        "iso8859-15",
        "koi8-r",
        "koi8-u",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "cp1258",
        "cp874",
        "gbk",
        "gb2312",
        "gb18030",
        "big5",
        "shift_jis",
        "cp932",
        "euc_jp",
        "euc_kr",
        "cp949",
    ]
)
CHARSET: Final = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,400}?(?:charset|encoding)\s*+=\s*+[\"']?([\w.:-]+)", re.IGNORECASE
)
PROBED_BYTES: Final = 4096
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a page's words are only told
    """Return what goes, and whom the page's words name.

    Raises:
        ActiveContentError: it holds scripts, or shows another page.
        UnreadableError: a comment or an element does not end.
        OpaqueStreamError: it is encoded in a way that is not read here.
    """
    markup = _markup(data)
    shown = [Words("page", "".join(markup.shown), "", "\n".join(markup.attributes))]
    findings = [*markup.changes.findings, *xml_words.named("HTML.text", shown)]
    findings += xml_words.echoes("HTML.text", echoes.telling(markup.changes.findings), shown)
    return Plan(tuple(findings), tuple(sorted(markup.edits)))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the page with the planned places cut or rewritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:  # noqa: ARG001
    """Prove that every element, attribute and word is the same, but for the carriers.

    Raises:
        NotFaithfulError: something else differs.
    """
    encoding = _encoding(original)
    return (html_fidelity.compared(original, cleaned, encoding),)


def members(data: bytes) -> Sequence[Member]:
    """Return the pictures that are written into the page."""
    return [
        Member(number, f"picture {number}", content)
        for number, content in data_urls.contents(data.decode("latin-1"))
    ]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the page with the pictures in ``replaced`` holding what stands there."""
    numbered = {int(name.split()[-1]): content for name, content in replaced.items()}
    return data_urls.replaced(data.decode("latin-1"), numbered).encode("latin-1")


def _markup(data: bytes) -> Markup:
    return Markup(data.decode("latin-1"), _encoding(data))


def _encoding(data: bytes) -> str:
    """Return how the page is encoded: as it says, or else as it can be read."""
    if data.startswith(UTF16):
        raise OpaqueStreamError
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8"
    said = CHARSET.search(data[:PROBED_BYTES])
    if said is not None:
        try:
            name = codecs.lookup(said[1].decode("ascii")).name
        except LookupError as error:
            raise OpaqueStreamError from error
        if name not in ENCODINGS:
            raise OpaqueStreamError
        return name
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
    for encoding in ENCODINGS:
        codecs.lookup(encoding)
