"""A bundle is true to the last byte, or it is found out; on any machine, with nothing but a key."""

import asyncio
import hashlib
import io
import json
import shutil
import tracemalloc
import zipfile
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.ledger_export import FileLog
from gateway.review.exports import auditing, exporting
from gateway.review.exports.auditing import Audited
from gateway.review.exports.exporting import Order, Sum, bundle, entries_of, plain
from gateway.review.exports.formats import FORMATS
from gateway.review.exports.manifest import Manifest, ManifestUnfitError, Proof
from gateway.review.exports.row import rows_of
from gateway.review.question import Question
from storage.ledger import reading
from storage.ledger.database import reading as reading_from
from storage.ledger.errors import NotValidError
from storage.ledger.filtering import Filter
from tests.unit.gateway.review.leaves import log_in
from tests.unit.storage.ledger.logs import OTHER_SIGNER, SIGNER

SIZE = 300
QUESTION = Question.parse("decision=deny&since=2026-11-02")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(log_in(tmp_path_factory.mktemp("log"), SIZE))


@pytest.fixture
def log(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(written, tmp_path / "ledger.sqlite"))


async def exported(
    log: Path,
    form: str = "jsonl",
    proof: Proof = Proof.INCLUDED,
    wanted: Filter | None = None,
) -> Path:
    """Return a bundle of what answers QUESTION."""
    with reading_from(log) as database:
        signed, note = reading.opened_head(database)
        order = Order(
            form=FORMATS[form],
            wanted=wanted or QUESTION.of_leaves(),
            question=QUESTION.text,
            checkpoint=signed,
            note=note,
            vkey=SIGNER.public.vkey,
            exported_at="2026-12-01T00:00:00Z",
            proof=proof,
        )
        path = log.with_name(f"{form}-{proof}.zip")
        pieces = [piece async for piece in bundle(FileLog(database), order, Sum())]
        path.write_bytes(b"".join(pieces))
    return path


def changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Return a copy of a bundle with its files changed."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    copy = path.with_name("changed.zip")
    with zipfile.ZipFile(copy, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return copy


def audited(path: Path) -> Audited:
    return auditing.audit(path, SIGNER.public)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("proof", Proof)
async def test_every_format_is_proved(log: Path, form: str, proof: Proof) -> None:
    found = audited(await exported(log, form, proof))
    with reading_from(log) as database:
        assert found.rows == reading.count(database, QUESTION.of_leaves()) > 20
    assert found.complete is (proof is Proof.COMPLETE)
    assert not found.relied
    assert (found.checkpoint.size, found.manifest.question) == (SIZE, QUESTION.text)


async def test_all_of_the_log_leaves_nothing_out(log: Path) -> None:
    assert audited(await exported(log, wanted=Filter(after=-1))).complete


async def test_an_answer_of_nothing_is_proved_too(log: Path) -> None:
    nothing = Filter(src="ZZ")
    assert audited(await exported(log, "csv", wanted=nothing)).rows == 0
    found = audited(await exported(log, "csv", Proof.COMPLETE, nothing))
    assert (found.rows, found.complete) == (0, True)


async def test_whose_transfers_they_are_is_said_to_be_the_gateways_word(log: Path) -> None:
    wanted = Filter(transfers=frozenset({"a" * 32}), numbers=frozenset({5}))
    found = audited(await exported(log, wanted=wanted))
    assert found.relied
    assert found.rows > 1


async def test_the_key_must_be_the_logs(log: Path) -> None:
    path = await exported(log)
    with pytest.raises(NotValidError) as caught:
        auditing.audit(path, OTHER_SIGNER.public)
    assert caught.value.where == "checkpoint"
    assert auditing.audit(path, None).vkey == SIGNER.public.vkey


def drop_line(name: str, number: int) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        lines = files[name].splitlines(keepends=True)
        del lines[number]
        files[name] = b"".join(lines)

    return change


def replaced(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return change


def told(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) | changes).encode()

    return change


def both(*changes: Callable[[dict[str, bytes]], None]) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        for one in changes:
            one(files)

    return change


ENTRIES = "entries.jsonl"


def lie(files: dict[str, bytes]) -> None:
    """Change one entry everywhere, so that all but the tree agrees."""
    shown = [line[2:] for line in files["evidence.txt"].splitlines() if line.startswith(b"e ")]
    old = shown[0]
    new = old.replace(b'"n":null', b'"n":7', 1)
    assert new != old
    files["evidence.txt"] = files["evidence.txt"].replace(old, new)
    numbers = [json.loads(line)["index"] for line in files[ENTRIES].splitlines()]
    rows = rows_of(zip(numbers, [new, *shown[1:]], strict=True))
    files[ENTRIES] = FORMATS["jsonl"].encoder("").encode(rows)
    size_bytes, digest = len(files[ENTRIES]), hashlib.sha256(files[ENTRIES]).hexdigest()
    told(size_bytes=size_bytes, sha256=digest)(files)


def hide(files: dict[str, bytes]) -> None:
    """Say something else of what is not shown."""
    lines = files["evidence.txt"].splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.startswith(b"h "))
    height = lines[at].split(b" ")[1]
    lines[at] = b"h %b %b\n" % (height, b64encode(bytes(32)))
    files["evidence.txt"] = b"".join(lines)


FORGERIES = {
    "an entry left out of the file": (drop_line(ENTRIES, 3), ENTRIES),
    "an entry left out of the evidence": (drop_line("evidence.txt", 0), ""),
    "an entry left out of both": (
        both(
            drop_line(ENTRIES, 0),
            lambda files: files.update(
                {
                    "evidence.txt": b"".join(
                        line
                        for at, line in enumerate(files["evidence.txt"].splitlines(True))
                        if at
                        != next(
                            n
                            for n, one in enumerate(files["evidence.txt"].splitlines())
                            if one.startswith(b"e ")
                        )
                    )
                }
            ),
        ),
        "",
    ),
    "a fact changed in the file": (replaced(ENTRIES, b'"dec":"deny"', b'"dec":"none"'), ENTRIES),
    "a fact changed in the evidence": (replaced("evidence.txt", b'"t":"', b'"t":"x'), ""),
    "a hash changed": (replaced("evidence.txt", b"h ", b"h 1"), ""),
    "an entry added to the file": (
        lambda files: files.update({ENTRIES: files[ENTRIES] * 2}),
        ENTRIES,
    ),
    "an entry changed everywhere": (lie, "evidence"),
    "another hash of what is not shown": (hide, "evidence"),
    "another count": (told(rows=1), "manifest.json"),
    "another hash": (told(sha256="0" * 64), "manifest.json"),
    "another size of the log": (told(size=SIZE - 1), "manifest.json"),
    "another question": (told(asked={"decision": "allow"}), ""),
    "a question that is none": (told(asked={"nonsense": "x"}), "manifest.json"),
    "a format that is none": (told(format="docx"), "manifest.json"),
    "a later version": (told(manifest=2), "manifest.json"),
    "no manifest": (lambda files: files.pop("manifest.json") and None, "manifest.json"),
    "no evidence": (lambda files: files.pop("evidence.txt") and None, "bundle"),
    "a stranger in the archive": (lambda files: files.update(more=b""), "bundle"),
    "a checkpoint of another hand": (
        lambda files: files.update(checkpoint=OTHER_SIGNER.sign(SIZE, bytes(32))),
        "checkpoint",
    ),
    "a line without an end": (
        lambda files: files.update({"evidence.txt": files["evidence.txt"][:-1]}),
        "evidence",
    ),
    "a line of nothing": (
        lambda files: files.update({"evidence.txt": b"x\n" + files["evidence.txt"]}),
        "evidence",
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_whatever_is_changed_is_found(log: Path, forgery: str) -> None:
    change, where = FORGERIES[forgery]
    path = changed(await exported(log), change)
    with pytest.raises(NotValidError) as caught:
        audited(path)
    assert where in caught.value.where


async def test_an_unchanged_copy_is_still_true(log: Path) -> None:
    """The forgeries above fail for what they change, and not because they were packed anew."""
    assert audited(changed(await exported(log), lambda _: None)).rows > 20


@pytest.mark.parametrize("form", ["csv", "parquet"])
async def test_a_file_of_another_answer_is_found(log: Path, form: str) -> None:
    other = await exported(log, form, wanted=Filter(decision="allow"))
    with zipfile.ZipFile(other) as archive:
        swapped = archive.read(f"entries.{form}")
    path = await exported(log, form)
    forged = changed(path, lambda files: files.update({f"entries.{form}": swapped}))
    with pytest.raises(NotValidError) as caught:
        audited(forged)
    assert caught.value.where == f"entries.{form}"


async def test_with_all_entries_a_missing_one_shows(log: Path) -> None:
    """In a complete bundle an answer that leaves something out is found even when it is signed."""
    narrower = replace(QUESTION.of_leaves(), src="CN")
    path = await exported(log, "csv", Proof.COMPLETE, narrower)

    def widen(files: dict[str, bytes]) -> None:
        manifest = json.loads(files["manifest.json"])
        del manifest["asked"]["src"]
        files["manifest.json"] = json.dumps(manifest).encode()

    with pytest.raises(NotValidError):
        audited(changed(path, widen))


@pytest.mark.parametrize("content", [b"", b"PK", b"not an archive" * 99])
def test_what_is_no_archive_is_no_bundle(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(NotValidError):
        audited(tmp_path / "x.zip")


async def test_a_damaged_archive_is_found(log: Path) -> None:
    path = await exported(log)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 3] ^= 1
    path.write_bytes(raw)
    with pytest.raises(NotValidError):
        audited(path)


async def test_the_same_question_makes_the_same_bytes(log: Path) -> None:
    first = (await exported(log, "csv")).read_bytes()
    assert (await exported(log, "csv")).read_bytes() == first


async def test_a_small_batch_makes_the_same_export(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (await exported(log, "csv", Proof.COMPLETE)).read_bytes()
    monkeypatch.setattr(exporting, "BATCH", 7)
    path = await exported(log, "csv", Proof.COMPLETE)
    monkeypatch.undo()
    with zipfile.ZipFile(io.BytesIO(whole)) as one, zipfile.ZipFile(path) as other:
        assert one.namelist() == other.namelist()
        assert all(one.read(name) == other.read(name) for name in one.namelist())


class Endless:
    """A log whose entries are made as they are read: larger than any memory would hold."""

    def __init__(self, raw: bytes, size: int) -> None:
        self.raw, self.size = raw, size

    async def scan(self, wanted: Filter, limit: int) -> list[tuple[int, bytes]]:
        start = 0 if wanted.after is None else wanted.after + 1
        return [(number, self.raw) for number in range(start, min(start + limit, self.size))]

    async def subtrees(self, places: Any) -> list[bytes]:
        return [bytes(32) for _ in places]


async def test_an_export_needs_no_more_memory_however_long_the_log_is(log: Path) -> None:
    with reading_from(log) as database:
        signed, note = reading.opened_head(database)
        raw = reading.entry(database, 0).raw
    order = Order(FORMATS["jsonl"], Filter(), "", signed, note, "v", "2026", Proof.INCLUDED)
    tracemalloc.start()
    try:
        length = 0
        async for piece in plain(Endless(raw, 60_000), order, Sum()):
            length += len(piece)
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert length > 60_000 * len(raw)
    assert most_bytes < length / 4


async def test_every_entry_comes_once_and_in_order(log: Path) -> None:
    with reading_from(log) as database:
        batches = [batch async for batch in entries_of(FileLog(database), Filter())]
    assert [number for batch in batches for number, _ in batch] == list(range(SIZE))


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"manifest": 1}', b"[" * 100_000])
def test_what_is_no_manifest_is_refused(text: bytes) -> None:
    with pytest.raises(ManifestUnfitError):
        Manifest.parse(text)
