"""Rich text (RTF): who wrote and revised it goes; words, controls and pictures stay.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Groups that tell of people are
cut or rewritten (``rtf_tables``), pictures are cleaned by their own handlers, words are only told.
Embedded objects are refused. Specification: RTF 1.9.1; carriers: docs/reference/formats/rtf.md.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from redaction.carriers import echoes, xml_words
from redaction.carriers.xml_words import Words
from redaction.formats import rtf_fidelity
from redaction.formats.rtf_markup import Markup
from redaction.model import Edit, Member, Plan, Profile, Proof, patched
from redaction.text import people

LINE_BYTES: Final = 64


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a document's words are only told
    """Return what goes, and whom the document's words name.

    Raises:
        UnreadableError: groups do not match.
        OpaqueStreamError: it holds objects, or pictures of unknown kind.
        ActiveContentError: a field runs a program.
    """
    markup = Markup(data)
    text = "".join(markup.shown).replace("\x00", "")
    shown = [Words("document", text, "", "")]
    findings = [*markup.changes.findings, *xml_words.named("RTF.text", shown)]
    findings += xml_words.echoes("RTF.text", echoes.telling(markup.changes.findings), shown)
    return Plan(tuple(findings), tuple(sorted(markup.edits)))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the document with the planned places cut or rewritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:  # noqa: ARG001
    """Prove that every word, control and picture is the same, but for the carriers.

    Raises:
        NotFaithfulError: something else differs.
    """
    return (rtf_fidelity.compared(original, cleaned),)


def members(data: bytes) -> Sequence[Member]:
    """Return the pictures in the document."""
    return [
        Member(number, f"picture {number}", picture.content(data))
        for number, picture in enumerate(Markup(data).pictures, 1)
    ]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the document with the pictures in ``replaced`` holding what stands there."""
    edits = [
        Edit(picture.start, picture.end, _digits(replaced[f"picture {number}"]))
        for number, picture in enumerate(Markup(data).pictures, 1)
        if f"picture {number}" in replaced
    ]
    return patched(data, sorted(edits))


def _digits(content: bytes) -> bytes:
    lines = (content[at : at + LINE_BYTES].hex() for at in range(0, len(content), LINE_BYTES))
    return b"\n" + "\n".join(lines).encode("ascii")


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
