"""Where RTF documents name people: groups that go, groups whose names or paths go.

Room: redaction/formats. Pure data for ``rtf``. Source: Rich Text Format Specification 1.9.1:
"Information Group", "Track Changes", "Comments", "Document Variables", "Mail Merge", "Pictures".
"""

from typing import Final

from redaction.model import Category

NOBODY: Final = b"Author"
UNKNOWN: Final = b"Unknown"
# Groups that are no part of what is read.
GONE: Final[dict[bytes, Category]] = {
    **dict.fromkeys((b"info", b"userprops", b"docvar", b"datastore"), Category.COMMENT),
    **dict.fromkeys((b"atnid", b"atnauthor", b"protusertbl"), Category.PERSON),
    **dict.fromkeys((b"atntime", b"atndate"), Category.TIME),
    **dict.fromkeys((b"template", b"filetbl", b"nextfile", b"mailmerge"), Category.PATH),
    **dict.fromkeys((b"generator", b"xmlopen"), Category.SOFTWARE),
    **dict.fromkeys((b"rsidtbl", b"passwordhash", b"writereservhash"), Category.HISTORY),
    **dict.fromkeys((b"writereservation", b"password"), Category.HISTORY),
}
# Fields of the information group that name somebody.
PEOPLE: Final = {
    b"author": Category.PERSON,
    b"operator": Category.PERSON,
    b"manager": Category.PERSON,
    b"company": Category.ORGANISATION,
    b"hlinkbase": Category.PATH,
}
REVISERS: Final = b"revtbl"
# Times of tracked changes, written as one number.
TIMES: Final = frozenset({b"revdttm", b"revdttmdel", b"crdate"})
# Groups in which a path is an order to a program, not what is read.
ORDERS: Final = frozenset({b"fldinst", b"sv", b"hlfr", b"hlsrc"})
OBJECTS: Final = frozenset({b"objdata", b"object"})
PICTURE: Final = b"pict"
# Words that stand first in their groups, or the group is not what it seems.
FIRST: Final = frozenset(GONE) | OBJECTS | ORDERS | {PICTURE, REVISERS}
# Kinds of pictures that are files of their own; the others are mere dots.
FILES: Final = frozenset({b"pngblip", b"jpegblip", b"emfblip", b"wmetafile"})
DOTS: Final = frozenset({b"dibitmap", b"wbitmap"})
# Groups whose text nobody reads: tables of the document.
UNREAD: Final = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"listtable", b"listoverridetable", b"pict", b"sn"}
    | {b"xmlnstbl", b"latentstyles", b"themedata", b"colorschememapping", b"panose", b"falt"}
    | {b"blipuid", b"fldinst", b"sv", b"revtbl", b"defchp", b"defpap", b"picprop", b"bkmkstart"}
    | {b"bkmkend", b"wgrffmtfilter", b"pgptbl", b"mmathPr"}
)
