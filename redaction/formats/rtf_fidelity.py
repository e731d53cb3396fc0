"""The oracle of RTF: every word, control and picture in its order, but for the carriers.

Room: redaction/formats. Pure; linear in the file. It goes through the file once more, from group to
group, and writes down what it may not miss.
"""

import hashlib

from redaction.errors import NotFaithfulError
from redaction.formats import rtf_markup, rtf_syntax, rtf_tables
from redaction.formats.rtf_markup import Picture
from redaction.formats.rtf_syntax import Group
from redaction.model import Proof


def compared(original: bytes, cleaned: bytes) -> Proof:
    """Prove that both documents are the same but for the carriers.

    Raises:
        NotFaithfulError: something else differs.
    """
    before, after = _listed(original), _listed(cleaned)
    if before != after:
        raise NotFaithfulError("a word, a control or a picture differs")
    return Proof("tokens", len(before), "every word, control and picture is the same")


def _listed(data: bytes) -> list[object]:
    document = rtf_syntax.read(data)
    encoding = rtf_syntax.encoding_of(document)
    found: list[object] = []
    waiting: list[Group | str] = [document]
    while waiting:
        group = waiting.pop()
        if isinstance(group, str):
            found.append(group)
            continue
        if group.word in rtf_tables.GONE:
            continue
        found.append(("{", group.word))
        if group.word == rtf_tables.REVISERS:
            found.append(len(list(group.groups())))
            continue
        found += _said(group, data, encoding)
        waiting.append("}")
        waiting += reversed(list(group.groups()))
    return found


def _said(group: Group, data: bytes, encoding: str) -> list[object]:
    """Return what stands in a group, in order; groups inside are marked by their place."""
    if group.word in rtf_tables.ORDERS:
        characters = rtf_syntax.characters(group.items, encoding)
        text = "".join(character.said for character in characters)
        return [rtf_markup.FOLDERS.sub("", text)]
    out: list[object] = []
    for item in group.items:
        if isinstance(item, Group):
            out.append(() if item.word not in rtf_tables.GONE else None)
        elif item["word"]:
            number = None if item["word"] in rtf_tables.TIMES else item["number"]
            out.append((item["word"], number))
        elif group.word == rtf_tables.PICTURE and item["text"] and item["text"].strip():
            content = Picture(*item.span("text")).content(data)
            out.append(hashlib.sha256(content).digest())
        elif item["text"] is None or item["text"].strip(b"\r\n"):
            out.append(item.group())
    return [one for one in _merged(out) if one is not None]


def _merged(out: list[object]) -> list[object]:
    """Return ``out`` with texts joined that a group which went had kept apart."""
    joined: list[object] = []
    for one in out:
        if one is None:
            continue
        if isinstance(one, bytes) and joined and isinstance(joined[-1], bytes):
            joined[-1] = joined[-1] + one
        else:
            joined.append(one)
    return joined
