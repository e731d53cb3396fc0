"""ZIP archives: every file inside is cleaned as it would be alone, or the archive is refused."""

import pytest

from redaction import engine, members
from redaction.errors import NotFaithfulError
from redaction.formats import zip as handler
from redaction.model import Action, Container, Plan, Profile
from redaction.report import Status
from tests.unit.redaction.formats import packages
from tests.unit.redaction.formats.packages import CANARY, LOGIN, unzipped, zipped

PROFILE = Profile()
DRAWING = b"Bracket, 4 holes M6\n"


def test_the_module_keeps_the_promise_of_a_container() -> None:
    assert isinstance(handler, Container)


JUNK = {
    "~$part.docx": LOGIN,
    "part.dwl2": f"<username>{LOGIN}</username>",
    ".~lock.a.odt#": LOGIN,
    "d/desktop.ini": LOGIN,
    "__MACOSX/._a.txt": LOGIN,
    "d/Thumbs.db": LOGIN,
}


def test_what_a_file_manager_noted_is_gone_and_who_has_a_file_open_is_blanked() -> None:
    cleaned, report = engine.scrub(zipped({"a.txt": DRAWING} | JUNK), PROFILE)
    assert cleaned is not None
    files = unzipped(cleaned)
    assert list(files) == ["a.txt", *list(JUNK)[:4]]
    assert {content for name, content in files.items() if name != "a.txt"} == {
        b" " * len(LOGIN),
        b" " * len(JUNK["part.dwl2"]),
    }
    told = [f for f in report.findings if f.carrier == "ZIP.member"]
    assert [f.where for f in told] == [f"member {number}" for number in range(2, 8)]
    assert [f.action for f in told] == [*[Action.REPLACED] * 4, *[Action.REMOVED] * 2]
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned


def test_an_archive_in_an_archive_is_cleaned_inside() -> None:
    inner = zipped({"photo.jpg": packages.photograph()})
    cleaned, report = engine.scrub(zipped({"a.txt": DRAWING, "inner.zip": inner}), PROFILE)
    assert cleaned is not None
    photo = unzipped(unzipped(cleaned)["inner.zip"])["photo.jpg"]
    assert CANARY.encode() not in photo
    assert "member 2, member 1" in {found.where for found in report.findings}
    assert "pixels" in {proof.oracle for proof in report.oracles}


def test_a_refused_file_refuses_the_archive_and_says_which_and_why() -> None:
    data = zipped({"a.txt": DRAWING, "b.exe": b"MZ" + bytes(80)})
    cleaned, report = engine.scrub(data, PROFILE)
    assert (cleaned, report.status) == (None, Status.REFUSED)
    assert report.reason is not None
    assert report.reason.code == "member-refused"
    (found,) = [f for f in report.findings if f.carrier == "member.unsupported-program"]
    assert (found.action, found.value) == (Action.REVIEW, "b.exe")
    assert found.where.startswith("member 2: Programs")


def test_archives_nested_without_end_are_refused() -> None:
    data = zipped({"a.txt": DRAWING})
    for _ in range(members.MAX_DEPTH):
        data = zipped({"inner.zip": data})
    report = engine.scrub(data, PROFILE)[1]
    assert report.reason is not None
    assert "too-complex" in {found.carrier.removeprefix("member.") for found in report.findings}


def test_all_members_together_may_only_unpack_to_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_UNPACKED_BYTES", 3 * len(DRAWING))
    inner = zipped({"b.txt": DRAWING, "c.txt": DRAWING})
    report = engine.scrub(zipped({"a.txt": DRAWING, "inner.zip": inner}), PROFILE)[1]
    assert report.status is Status.REFUSED


def test_directories_and_empty_files_stay() -> None:
    data = zipped({"d/": b"", "d/empty.txt": b"", "a.txt": DRAWING})
    cleaned, _ = engine.scrub(data, PROFILE)
    assert cleaned is not None
    assert list(unzipped(cleaned)) == ["d/", "d/empty.txt", "a.txt"]


@pytest.mark.parametrize("content", [{}, {"d/": b""}, {".DS_Store": b"1"}, {"a.dwl": b"1"}])
def test_an_archive_without_a_file_is_refused(content: dict[str, bytes]) -> None:
    assert engine.scrub(zipped(content), PROFILE)[1].status is Status.REFUSED


def test_who_is_named_in_a_name_is_shown_and_the_name_stays() -> None:
    cleaned, report = engine.scrub(zipped({"for jane.roe@example.com.txt": DRAWING}), PROFILE)
    assert cleaned is not None
    assert list(unzipped(cleaned)) == ["for jane.roe@example.com.txt"]
    assert ("ZIP.name", Action.REVIEW) in {(f.carrier, f.action) for f in report.findings}


@pytest.mark.parametrize("tampered", ["changed", "missing", "added"])
def test_a_tampered_archive_is_not_faithful(tampered: str) -> None:
    data = zipped({"a.txt": DRAWING, "b.txt": DRAWING})
    plan = handler.plan(data, PROFILE)
    files = unzipped(handler.apply(data, plan))
    if tampered == "changed":
        files["b.txt"] = b"another"
    elif tampered == "missing":
        del files["b.txt"]
    else:
        files["c.txt"] = b"new"
    with pytest.raises(NotFaithfulError):
        handler.prove(data, zipped(files), plan)


def test_a_member_changed_behind_its_own_plan_is_not_faithful() -> None:
    data = zipped({"photo.jpg": packages.photograph(), "a.txt": DRAWING})
    nesting = members.handler_of("zip", engine.registry.load)
    plan = nesting.plan(data, PROFILE)
    files = unzipped(nesting.apply(data, plan))
    assert nesting.prove(data, handler.repacked(data, files), plan)
    with pytest.raises(NotFaithfulError):
        nesting.prove(data, handler.repacked(data, files | {"a.txt": b"another"}), plan)


def test_an_empty_plan_changes_nothing() -> None:
    data = zipped({"a.txt": DRAWING})
    assert handler.apply(data, Plan()) == data
