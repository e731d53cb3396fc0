"""Where Office documents name people: parts by their content type, and fields inside parts.

Room: redaction/formats. Pure data for ``ooxml``. Names are without prefixes, for transitional and
strict documents differ only in those. Sources: ECMA-376 part 1 (§15.2 shared parts, §17.13
annotations, §18.7 comments, §18.11 revisions, §19.4 comments), [MS-DOCX] 2.5 (people), [MS-XLSX]
2.6 (threaded comments, persons), [MS-PPTX] 2.8 (authors), [MS-OI29500] 3.1.17 (labels).
"""

from typing import Final

from redaction.carriers.xml_part import Instead, Rules
from redaction.model import Category

NOBODY: Final = "Author"
NO_TIME: Final = "1970-01-01T00:00:00Z"
NO_DAY: Final = "25569"  # 1970-01-01, as spreadsheets count days

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE: Final = "http://schemas.openxmlformats.org"
_MICROSOFT: Final = "http://schemas.microsoft.com/office"


def _empty(element: str, namespace: str) -> bytes:
    prefix = element.partition(":")[0]
    declared = f"xmlns:{prefix}" if ":" in element else "xmlns"
    return f'{_XML}<{element} {declared}="{namespace}"/>'.encode()


# Parts that become one and the same for everybody, by what their content type ends in.
FIXED: Final[dict[str, bytes]] = {
    "core-properties+xml": _empty(
        "cp:coreProperties", f"{_OFFICE}/package/2006/metadata/core-properties"
    ),
    "extended-properties+xml": _empty(
        "Properties", f"{_OFFICE}/officeDocument/2006/extended-properties"
    ),
    "custom-properties+xml": _empty(
        "Properties", f"{_OFFICE}/officeDocument/2006/custom-properties"
    ),
    "wordprocessingml.people+xml": _empty("w15:people", f"{_MICROSOFT}/word/2012/wordml"),
    "classificationlabels+xml": _empty("clbl:labelList", f"{_MICROSOFT}/2020/mipLabelMetadata"),
    "revisioninfo+xml": _empty("p1510:revInfo", f"{_MICROSOFT}/powerpoint/2015/10/main"),
}
# Data behind a form; it is found by its relationship, for it has no content type of its own.
CUSTOM_DATA: Final = f"{_XML}<data/>".encode()

# Parts that go, with what points at them, by words in their content type or relationship.
REMOVED: Final[tuple[tuple[str, Category], ...]] = (
    ("vbaproject", Category.SCRIPT),
    ("vbadata", Category.SCRIPT),
    ("printersettings", Category.HOST),
    ("digital-signature", Category.SIGNATURE),
    ("revisionheaders", Category.HISTORY),
    ("revisionlog", Category.HISTORY),
    ("usernames", Category.HISTORY),
    ("spreadsheetml.customproperty", Category.HISTORY),
    ("metadata/thumbnail", Category.PREVIEW),
)
# Programs in parts that others refer to in too many ways to take them out.
REFUSED: Final = ("macrosheet", "activex", "dialogsheet")
# Fonts are kept as they are; they are packed in a way of their own.
KEPT: Final = ("obfuscatedfont", "x-fontdata", "x-font-ttf", "x-font-otf")
# Annotations into whose text the program itself writes its author's name.
ANNOTATIONS: Final = ("spreadsheetml.comments+xml", "threadedcomments+xml")

_TRACKED: Final = """
    ins del moveFrom moveTo moveFromRangeStart moveToRangeStart comment pPrChange rPrChange
    sectPrChange tblPrChange tcPrChange trPrChange tblGridChange tblPrExChange numberingChange
    cellIns cellDel cellMerge customXmlInsRangeStart customXmlDelRangeStart
    customXmlMoveFromRangeStart customXmlMoveToRangeStart
"""
_REVISIONS: Final = "rsidR rsidRDefault rsidP rsidRPr rsidSect rsidTr rsidDel"
_PERSON: Final = Instead(NOBODY, Category.PERSON)
_TIME: Final = Instead(NO_TIME, Category.TIME)
_GONE_PERSON: Final = Instead(None, Category.PERSON)
_GONE_PATH: Final = Instead(None, Category.PATH)
_GONE: Final = Instead(None, Category.HISTORY)

RULES: Final = Rules(
    attributes={
        ("*", "author"): _PERSON,
        ("*", "initials"): Instead("A", Category.COMMENT),
        ("*", "dateUtc"): _TIME,
        **{(element, "date"): _TIME for element in _TRACKED.split()},
        **{("*", name): _GONE for name in _REVISIONS.split()},
        ("person", "displayName"): _PERSON,
        ("person", "userId"): _PERSON,
        ("person", "providerId"): Instead("None", Category.SOFTWARE),
        ("threadedComment", "dT"): _TIME,
        ("absPath", "url"): Instead("", Category.PATH),
        ("fileSharing", "userName"): _GONE_PERSON,
        ("scenario", "user"): _GONE_PERSON,
        ("protectedRange", "securityDescriptor"): _GONE_PERSON,
        ("pivotCacheDefinition", "refreshedBy"): _PERSON,
        ("pivotCacheDefinition", "refreshedDate"): Instead(NO_DAY, Category.TIME),
        ("pivotCacheDefinition", "refreshedDateIso"): _GONE,
        ("dbPr", "connection"): Instead("", Category.PATH),
        ("dbPr", "serverCommand"): _GONE_PATH,
        ("connection", "odcFile"): _GONE_PATH,
        ("connection", "sourceFile"): _GONE_PATH,
        ("connection", "description"): Instead(None, Category.COMMENT),
        ("pageSetup", "id"): _GONE,
        ("cmAuthor", "name"): _PERSON,
        ("author", "name"): _PERSON,
        ("author", "userId"): _PERSON,
        ("author", "providerId"): Instead("None", Category.SOFTWARE),
        ("cm", "dt"): _TIME,
        ("cm", "created"): _TIME,
        ("reply", "created"): _TIME,
    },
    texts={"author": _PERSON},
    cut={
        **dict.fromkeys(("rsids", "docId", "revisionPtr"), Category.HISTORY),
        **dict.fromkeys(("docVars", "customProperties"), Category.COMMENT),
        **dict.fromkeys(("mailMerge", "mentions", "presenceInfo"), Category.PERSON),
        **dict.fromkeys(("customWorkbookViews", "customSheetViews"), Category.PERSON),
        "printerSettings": Category.HOST,
        "documentPassword": Category.HISTORY,
    },
    paths=frozenset({"instrText", "definedName", "oleSize"}),
)
