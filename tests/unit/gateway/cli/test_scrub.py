"""``drawbridge scrub``, ``inspect`` and ``inspect-text``: the contract, without a server."""

import json
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from zipfile import ZipFile

import pytest

from gateway.cli import main, scrub, words
from gateway.cli.output import CommandError, Exit
from redaction.model import Category

DRAWING = b"<svg><text>Drawn by: Jane Roe</text><text>Checked by: Mary Major</text></svg>"
LETTER = b"Ask jane.roe@example.com for the flange.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").write_bytes(LETTER)
    (tmp_path / "bad").write_bytes(b"#!/bin/sh\necho jane.roe@example.com\n")
    return tmp_path


def test_a_clean_file_and_its_report_are_written(folder: Path) -> None:
    scrub.scrub(folder / "in", folder / "out", folder / "report.json")
    assert (folder / "out").read_bytes() == b"Ask [e-mail] for the flange.\n"
    report = json.loads((folder / "report.json").read_text())
    assert report["status"] == "clean"
    assert report["fidelity"]["identical"] is True
    assert report["findings"][0]["action"] == "replaced"
    assert "jane" not in (folder / "report.json").read_text()
    assert sorted(path.name for path in folder.iterdir()) == ["bad", "in", "out", "report.json"]


def test_values_are_written_in_clear_only_when_asked_for(folder: Path) -> None:
    scrub.scrub(folder / "in", folder / "out", folder / "report.json", show_values=True)
    assert "jane.roe@example.com" in (folder / "report.json").read_text()


def test_findings_and_kinds_of_the_drawings_own_words_go_on_request(folder: Path) -> None:
    (folder / "in").write_bytes(DRAWING)
    scrub.scrub(folder / "in", folder / "out", folder / "report.json")
    assert (folder / "out").read_bytes() == DRAWING
    listed = json.loads((folder / "report.json").read_text())["findings"]
    assert [found["action"] for found in listed] == ["review", "review"]
    assert all(found["why"] for found in listed)
    scrub.scrub(folder / "in", folder / "out", redact=[listed[0]["id"]])
    assert (folder / "out").read_bytes().count(b"[name]") == 1
    scrub.scrub(folder / "in", folder / "out", redact_content=[Category.PERSON])
    assert (folder / "out").read_bytes().count(b"[name]") == 2
    with pytest.raises(CommandError, match="unknown-choice"):
        scrub.scrub(folder / "in", folder / "never", redact=["0" * 16])
    with pytest.raises(CommandError, match="choose by --redact-content"):
        scrub.scrub(folder / "in", folder / "never", redact=list(map(str, range(3001))))
    assert not (folder / "never").exists()


def test_a_refused_archive_says_which_file_in_it_was_refused_and_why(folder: Path) -> None:
    with ZipFile(folder / "parts.zip", "w") as packed:
        packed.writestr("note.txt", "Ten pieces")
        packed.writestr("setup.exe", b"MZ" + bytes(80))
    with pytest.raises(CommandError, match=r"\n  member 2: Programs and scripts") as caught:
        scrub.scrub(folder / "parts.zip", folder / "out")
    assert "setup.exe" not in caught.value.sentence


def test_a_refused_file_exits_three_and_says_why(folder: Path) -> None:
    with pytest.raises(CommandError) as caught:
        scrub.scrub(folder / "bad", folder / "out", folder / "report.json")
    assert caught.value.code is Exit.REFUSED
    assert "unsupported-program" in caught.value.sentence
    assert json.loads((folder / "report.json").read_text())["status"] == "refused"
    assert not (folder / "out").exists()


def test_the_original_is_never_overwritten(folder: Path) -> None:
    (folder / "link").hardlink_to(folder / "in")
    with pytest.raises(CommandError):
        scrub.scrub(folder / "in", folder / "link")
    assert (folder / "in").read_bytes() == LETTER


@pytest.mark.parametrize("report", ["missing/report.json", "."])
def test_without_its_report_no_file_is_written(folder: Path, report: str) -> None:
    with pytest.raises(CommandError):
        scrub.scrub(folder / "in", folder / "out", folder / report)
    assert not (folder / "out").exists()


def test_a_file_that_cannot_be_written_is_an_error(folder: Path) -> None:
    with pytest.raises(CommandError) as caught:
        scrub.scrub(folder / "in", folder / "missing" / "out")
    assert caught.value.code is Exit.ERROR


def test_inspecting_prints_findings_and_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scrub.inspect(folder / "in", as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert (report["status"], report["findings"][0]["category"]) == ("inspected", "email")
    scrub.inspect(folder / "in")
    told = capsys.readouterr()
    assert told.out == ""
    assert "email" in told.err
    with pytest.raises(CommandError) as caught:
        scrub.inspect(folder / "bad", as_json=True)
    assert caught.value.code is Exit.REFUSED
    assert json.loads(capsys.readouterr().out)["status"] == "refused"


def spoken(monkeypatch: pytest.MonkeyPatch, lines: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(lines)))
    words.inspect_text(jsonl=True)


def test_words_are_inspected_line_by_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spoken(
        monkeypatch, b'{"id": 7, "text": "to jane.roe@example.com"}\n\n{"id": "x", "text": ""}\n'
    )
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["id"] == 7
    assert first["spans"][0][:3] == [3, 23, "EMAIL"]
    assert second == {"id": "x", "spans": []}


def test_a_neighbouring_cell_announces_and_a_path_tells_its_user(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (
        rb'{"id": 1, "text": "KJP", "ctx": "DRN"}'
        b"\n"
        rb'{"id": 2, "text": "C:\\Users\\mquinby\\a.ipt on 192.168.88.17"}'
    )
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(lines)))
    words.inspect_text(jsonl=True, explain=True)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["spans"] == [
        [
            0,
            3,
            "PERSON",
            0.85,
            "name.labelled",
            "A label before it announces a person, and it has the form of a name.",
        ]
    ]
    assert [(span[2], span[4]) for span in second["spans"]] == [
        ("USERNAME", "login.home"),
        ("IP", "network.ip"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        b"jane",
        b"[]",
        b'{"id": 1}',
        b'{"id": 1, "text": "a", "ctx": 2}',
        b'{"id": 1, "text": 2}',
        b'"' + b"x" * 1024 * 1024 + b'"',
    ],
    ids=range(6),
)
def test_a_line_that_is_no_request_is_refused_by_its_number(
    monkeypatch: pytest.MonkeyPatch, line: bytes
) -> None:
    with pytest.raises(CommandError, match="Line 1"):
        spoken(monkeypatch, line)


def test_words_need_to_be_told_how_they_come() -> None:
    with pytest.raises(CommandError):
        words.inspect_text()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["inspect", "in"], 0, "email"),
        (["scrub", "bad", "-o", "out"], 3, "unsupported-program"),
        (["scrub", "in", "-o", "out", "--profile", "nobody"], 1, "supplier, archive, strict"),
        (["scrub", "missing", "-o", "out"], 1, "cannot be read"),
        (["inspect-text"], 2, "--jsonl"),
    ],
)
def test_exit_codes_are_a_contract(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["drawbridge", *arguments])
    try:
        main.run()
        ended: object = 0
    except SystemExit as error:
        ended = error.code or 0
    assert ended == code
    assert said in capsys.readouterr().err
