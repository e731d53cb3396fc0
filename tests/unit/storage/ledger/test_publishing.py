"""Published folders: complete, growing, audited from outside, and never of another past."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.ledger.audit import audit
from storage.ledger.checkpoint import Checkpoint
from storage.ledger.database import reading
from storage.ledger.errors import NoSuchEntryError, NotValidError
from storage.ledger.publishing import folder_fetch, publish
from tests.unit.storage.ledger.logs import OTHER_SIGNER, SIGNER, event, filled, ledger_in

pytestmark = pytest.mark.asyncio


def published(path: Path, folder: Path) -> Checkpoint:
    with reading(path) as database:
        return publish(database, folder)


def refused(folder: Path, **options: object) -> NotValidError:
    with pytest.raises(NotValidError) as refusal:
        audit(folder_fetch(folder), SIGNER.public, **options)  # type: ignore[arg-type]
    return refusal.value


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published log of 259 entries: full and partial tiles on two levels."""
    import asyncio

    home = tmp_path_factory.mktemp("log")

    async def write() -> None:
        async with ledger_in(home) as ledger:
            await asyncio.gather(*(ledger.append(event(), key=str(n)) for n in range(259)))

    with asyncio.Runner() as runner:
        runner.run(write())
    published(home / "ledger.sqlite", home / "out")
    return home / "out"


async def test_a_published_log_has_exactly_the_files_of_its_size(folder: Path) -> None:
    assert sorted(files_of(folder)) == [
        "checkpoint",
        "log.vkey",
        "tile/0/000",
        "tile/0/001.p/3",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/3",
    ]
    assert (folder / "log.vkey").read_text() == SIGNER.public.vkey + "\n"


async def test_it_is_valid_with_entries_and_by_its_hashes_alone(folder: Path) -> None:
    whole = audit(folder_fetch(folder), SIGNER.public)
    assert (whole.size, whole.entries_read) == (259, True)
    assert audit(folder_fetch(folder), SIGNER.public, entries=False).root == whole.root


@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
async def test_any_changed_byte_of_any_file_is_found_and_located(
    folder: Path, data: st.DataObject
) -> None:
    path = data.draw(
        st.sampled_from([name for name in sorted(files_of(folder)) if name != "log.vkey"])
    )
    content = (folder / path).read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    (folder / path).write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    try:
        error = refused(folder)
    finally:
        (folder / path).write_bytes(content)
    places = {
        "checkpoint": ("checkpoint",),
        "tile/entries/000": ("entry ", "tile/entries/000"),
        "tile/entries/001.p/3": ("entry 25", "tile/entries/001"),
    }
    assert error.where.startswith(places.get(path, (path,)))


async def test_a_missing_short_or_long_file_is_found(folder: Path) -> None:
    for path, content in files_of(folder).items():
        if path == "log.vkey":
            continue
        for damaged in (None, content[:-1], content + b"\n"):
            (folder / path).unlink()
            if damaged is not None:
                (folder / path).write_bytes(damaged)
            refused(folder)
            (folder / path).write_bytes(content)
    assert audit(folder_fetch(folder), SIGNER.public).size == 259


async def test_hashes_alone_tell_of_damage_too(folder: Path) -> None:
    for path in ("tile/0/000", "tile/0/001.p/3", "tile/1/000.p/1"):
        content = (folder / path).read_bytes()
        for damaged in (bytes(len(content)), content[:-32]):
            (folder / path).write_bytes(damaged)
            refused(folder, entries=False)
        (folder / path).write_bytes(content)


async def test_another_key_is_another_log(folder: Path) -> None:
    with pytest.raises(NotValidError, match="checkpoint"):
        audit(folder_fetch(folder), OTHER_SIGNER.public)


async def test_publishing_again_adds_what_is_new_and_keeps_what_is_full(tmp_path: Path) -> None:
    out = tmp_path / "out"
    path = await filled(tmp_path, ["a", "b"])
    first = published(path, out)
    note = (out / "checkpoint").read_bytes()
    await filled(tmp_path, ["a", "b", "c"])
    assert published(path, out).size == 3
    assert published(path, out).size == 3
    assert (out / "tile/0/000.p/2").exists()
    assert audit(folder_fetch(out), SIGNER.public, older_note=note).size == 3
    assert first.size == 2


async def test_a_folder_of_another_past_is_not_written_over(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for name, keys in (("one", "abc"), ("shorter", "ab"), ("fork", "abcd")):
        (tmp_path / name).mkdir()
        await filled(tmp_path / name, list(keys))
    published(tmp_path / "one" / "ledger.sqlite", out)
    before = files_of(out)
    for name in ("shorter", "fork"):
        with pytest.raises(NotValidError, match="older checkpoint"):
            published(tmp_path / name / "ledger.sqlite", out)
    assert files_of(out) == before
    (out / "checkpoint").write_bytes(OTHER_SIGNER.sign(0, bytes(32)))
    with pytest.raises(NotValidError, match="older checkpoint"):
        published(tmp_path / "one" / "ledger.sqlite", out)


async def test_whoever_kept_a_checkpoint_sees_a_published_log_cut_or_forked(
    tmp_path: Path, folder: Path
) -> None:
    kept = (folder / "checkpoint").read_bytes()
    path = await filled(tmp_path, ["a", "b"])
    published(path, tmp_path / "out")
    assert "cut" in refused(tmp_path / "out", older_note=kept).why
    (tmp_path / "fork").mkdir()
    other = await filled(tmp_path / "fork", ["a"])
    published(other, tmp_path / "fork" / "out")
    note = (tmp_path / "fork" / "out" / "checkpoint").read_bytes()
    assert "fork" in refused(tmp_path / "out", older_note=note).why


async def test_a_folder_gives_out_files_only(folder: Path) -> None:
    fetch = folder_fetch(folder)
    for path in ("nothing", "tile", "checkpoint/nothing"):
        with pytest.raises(NoSuchEntryError):
            fetch(path)
