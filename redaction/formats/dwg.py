"""DWG drawings of releases 11 to 2018: patched in place, never written anew.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Nothing moves and nothing
changes its length; every checksum is made anew. What goes and what stays is in
docs/reference/formats/dwg.md.
"""

from collections.abc import Sequence
from functools import partial

from redaction.errors import ResidueError
from redaction.formats import (
    dwg_content,
    dwg_fidelity,
    dwg_header,
    dwg_old,
    dwg_paths,
    dwg_properties,
    dwg_records,
    dwg_repeats,
    dwg_residue,
    dwg_streams,
)
from redaction.formats.dwg_streams import Drawing
from redaction.model import Action, Category, Finding, Plan, Profile, Proof, patched
from redaction.text import people

# Streams that run or sign: neither is opened here, both are told.
TOLD = {
    "AcDb:VBAProject": (Category.SCRIPT, "macros"),
    "AcDb:Signature": (Category.SIGNATURE, "digital signature"),
}


def plan(data: bytes, profile: Profile) -> Plan:
    """Return the places to overwrite.

    Raises:
        UnreadableError: no DWG, damaged or cut off.
        UnsupportedFormatError: a release that cannot be patched.
        EncryptedError: it asks for a password.
        TooLargeError: a changed page does not fit into its place.
    """
    if data.startswith(dwg_old.VERSION):
        return dwg_old.plan(data, profile)
    drawing = Drawing(data)
    found: list[Finding] = []
    new: dict[str, bytes] = {}
    for name, rewrite in dwg_properties.SECTIONS.items():
        if name in drawing.streams:
            new[name], told = rewrite(drawing.streams[name], drawing.text)
            found += told
    new[drawing.body] = _plan_objects(drawing, profile, found)
    for name, rewrite in dwg_header.rewrites(drawing.version, found).items():
        if name in drawing.streams:
            new[name], told = rewrite(drawing.streams[name], drawing.text)
            found += told
    for name, (category, words) in TOLD.items():
        if name in drawing.streams:
            found.append(Finding(name, category, Action.REVIEW, words, seed=False))
    edits = drawing.edits(new)
    if edits and not found:
        found.append(
            Finding("DWG.slack", Category.HISTORY, Action.REMOVED, "left-over bytes", seed=False)
        )
    return Plan(tuple(found), tuple(edits))


def _plan_objects(drawing: Drawing, profile: Profile, found: list[Finding]) -> bytes:
    """Return the objects as they will be; add to ``found`` what was in them."""
    body = None
    repeats = partial(dwg_repeats.plan_repeats, findings=found)
    content = partial(dwg_content.plan_content, profile=profile)
    for rewrite in (dwg_paths.plan_objects, dwg_records.plan_properties, repeats, content):
        body, told = rewrite(drawing.objects(body), drawing.text)
        found += told
    if profile.asks_any:
        body, told = repeats(drawing.objects(body), drawing.text)
        found += told
    return body or b""


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned places overwritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every object and table outside the planned places is the same.

    Raises:
        NotFaithfulError: something else differs.
        ResidueError: a removed value is still in a packed stream, at any bit.
    """
    if original.startswith(dwg_old.VERSION):
        return dwg_old.prove(original, cleaned, plan)
    before, after = Drawing(original), Drawing(cleaned)
    proof = dwg_fidelity.compare(before, after, plan)
    left = dwg_residue.first(after, plan.findings)
    if left is not None:
        raise ResidueError(left)
    return (proof,)


def warm() -> None:
    """Load what reading words needs, so that no file is opened afterwards."""
    people.warm()
    dwg_streams.warm()
