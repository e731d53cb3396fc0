"""What of an SVG is drawn and stays, and what only tells of people, programs and places.

Room: redaction/formats. Pure; linear in the value. Decided element by element and attribute by
attribute, by namespace: what no viewer draws goes. Sources: SVG 2 §5 (structure), §15 (events),
§16 (links), §17 (scripts); Inkscape's and sodipodi's namespaces; CSS Syntax 3 §4.
"""

import re
from typing import Final

from redaction.carriers.local_paths import LOCAL, SEPARATOR, basenamed
from redaction.errors import ActiveContentError, OpaqueStreamError
from redaction.model import Category

SVG: Final = "http://www.w3.org/2000/svg"
XLINK: Final = "http://www.w3.org/1999/xlink"
XHTML: Final = "http://www.w3.org/1999/xhtml"
MATHML: Final = "http://www.w3.org/1998/Math/MathML"
XML: Final = "http://www.w3.org/XML/1998/namespace"
XMLNS: Final = "http://www.w3.org/2000/xmlns/"
# Layers, guides and live effects of Inkscape are how a drawing is worked on.
EDITORS: Final = (
    "http://www.inkscape.org/namespaces/inkscape",
    "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd",
    "http://inkscape.sourceforge.net/DTD/sodipodi-0.dtd",
)
DRAWN: Final = ("", SVG)
KEPT: Final = (*DRAWN, XHTML, MATHML, *EDITORS)
ACTIVE: Final = frozenset({"script", "handler", "listener"})
# Of a web page inside a drawing: words and how they look.
_WORDS: Final = """
    html body div span p br b i u s em strong font sup sub small big tt code pre center hr
    ul ol li dl dt dd table thead tbody tfoot tr td th caption h1 h2 h3 h4 h5 h6 a label
"""
WORDS: Final = frozenset(_WORDS.split())
EDITOR_FIELDS: Final = {
    **dict.fromkeys(("docname", "docbase", "absref", "export-filename"), Category.PATH),
    **dict.fromkeys(("export-batch-path", "export-batch-name"), Category.PATH),
    "version": Category.SOFTWARE,
}
# Attributes of scripts and of programs that draw.
EVENT: Final = re.compile(r"on[a-z]+", re.IGNORECASE)
DATA_FIELD: Final = re.compile(r"data-(?!name$).*", re.DOTALL)
SCHEME: Final = re.compile(r"[\x00-\x20]*+([a-z][a-z0-9+.\-]*+):", re.IGNORECASE)
WEB: Final = re.compile(r"\s*+(?:(?:https?|ftp|wss?):)?//", re.IGNORECASE)
PICTURE: Final = re.compile(r"\s*+data:image/", re.IGNORECASE)
PACKED_PICTURE: Final = re.compile(
    r"\s*+data:image/[\w.+-]{1,40};(?:[\w=-]{1,40};)*base64,", re.IGNORECASE
)
FONT: Final = re.compile(r"\s*+data:(?:font|application)/[\w.+-]*(?:font|woff|truetype|opentype)")
SCRIPTS: Final = ("javascript", "vbscript", "livescript", "data")
PERSONS: Final = {"mailto": Category.EMAIL, "tel": Category.PHONE, "sms": Category.PHONE}
CSS: Final = re.compile(
    r"(?P<comment>/\*.*?(?:\*/|\Z))"
    r"|(?<![\w-])url\(\s*+(?P<url>\"[^\"]*+\"|'[^']*+'|[^()\"'\s]*+)\s*+\)"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+')",
    re.DOTALL | re.IGNORECASE,
)
PROGRAM: Final = re.compile(r"expression\s*+\(|-moz-binding|behaviou?r\s*+:", re.IGNORECASE)
GONE: Final = None


def element_goes(space: str, name: str, depth: int) -> Category | None:
    """Return of what kind an element is that goes with all in it, or None if it stays.

    Raises:
        ActiveContentError: a part of a web page that is more than words.
    """
    if space in DRAWN:
        if name in ACTIVE:
            return Category.SCRIPT
        if name == "metadata":
            return Category.HISTORY
        return Category.COMMENT if name in ("title", "desc") and depth == 1 else None
    if space == XHTML and name.lower() not in WORDS:
        raise ActiveContentError
    return None if space in KEPT else Category.HISTORY


def field_category(space: str, name: str) -> Category:
    """Return of what kind an attribute is that was cut or cut down."""
    if space in EDITORS:
        return EDITOR_FIELDS.get(name, Category.PATH)
    if EVENT.fullmatch(name):
        return Category.SCRIPT
    if space not in (*DRAWN, XLINK, XML):
        return Category.HISTORY
    return Category.COMMENT if name == "content" or DATA_FIELD.fullmatch(name) else Category.PATH


def field(element: tuple[str, int], space: str, name: str, value: str) -> str | None:
    """Return what an attribute says afterwards; None cuts it out.

    ``element`` is the name of its element and how deep that lies.

    Raises:
        ActiveContentError, OpaqueStreamError: it can neither stay nor go.
    """
    if space in EDITORS:
        return GONE if name in EDITOR_FIELDS else basenamed(value)
    if space == XML:
        return GONE if name == "base" else value
    if space in (XMLNS, XHTML, MATHML):
        return value
    if space not in ("", SVG, XLINK):
        return GONE
    if name == "href" or (not space and name == "src"):
        return link(element[0], value)
    if space == XLINK:
        return value
    source = element[1] == 0 and name == "content"  # draw.io keeps its own file there
    if source or EVENT.fullmatch(name) or DATA_FIELD.fullmatch(name):
        return GONE
    if name in ("to", "from", "by", "values") and _scheme(value) in SCRIPTS:
        return GONE
    if name == "style" or "url(" in value.lower():
        return css(value)
    return basenamed(value)


def link(element: str, value: str) -> str | None:
    """Return where a link leads afterwards; None cuts it out.

    A place on the web stays where a person clicks on it; what a viewer fetches unasked leads to
    a file beside the drawing.
    """
    if PICTURE.match(value):
        if not PACKED_PICTURE.match(value):
            raise OpaqueStreamError
        return value
    scheme = _scheme(value)
    if scheme in PERSONS or (scheme in SCRIPTS and not FONT.match(value)):
        return GONE
    if LOCAL.fullmatch(value.strip()) and not WEB.match(value):
        return basenamed(value)
    if WEB.match(value) and (element != "a" or "@" in value):
        return SEPARATOR.split(value.strip())[-1]
    return value


def css(text: str) -> str:
    """Return a style without comments, and with nothing to fetch but files beside the drawing.

    Raises:
        ActiveContentError: it calls a program.
    """
    if PROGRAM.search(text):
        raise ActiveContentError
    return CSS.sub(_styled, text)


def _styled(found: re.Match[str]) -> str:
    if found["comment"] is not None:
        return ""
    quoted = found["url"] if found["url"] is not None else found["string"]
    mark = quoted[:1] if quoted[:1] in ("'", '"') else ""
    said = quoted[1:-1] if mark else quoted
    if found["url"] is None and not (WEB.match(said) or LOCAL.fullmatch(said)):
        return found.group()
    after = link("style", said)
    if after == said:
        return found.group()
    bare = f"{mark}{after or ''}{mark}"
    return f"url({bare})" if found["url"] is not None else bare


def _scheme(value: str) -> str:
    found = SCHEME.match(re.sub(r"[\t\r\n]", "", value))
    return found[1].lower() if found else ""
