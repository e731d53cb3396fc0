"""Key files are ours alone, or nothing starts."""

import os
from pathlib import Path

import pytest

from storage.sealed.custody import LocalRootKey, PublicRoot, RootCustody
from storage.sealed.errors import CannotOpenError, TamperedError, UnsafeKeyFileError
from storage.sealed.keyfiles import read_key, write_key
from storage.sealed.keys import PRIVATE_KEY_BYTES, PUBLIC_KEY_BYTES


def test_the_first_start_makes_a_key_and_the_second_finds_it(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    wrapped = LocalRootKey.open(path).public.wrap(b"words", b"here")
    assert (
        LocalRootKey.open(path).unwrap(wrapped, b"here", LocalRootKey.open(path).public.raw)
        == b"words"
    )
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["root.key", "root.pub"]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o610, 0o601, 0o777])
def test_a_key_that_others_could_touch_stops_the_start(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "root.key"
    LocalRootKey.open(path)
    path.chmod(mode)
    with pytest.raises(UnsafeKeyFileError):
        LocalRootKey.open(path)


def test_a_key_that_belongs_to_someone_else_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "root.key"
    LocalRootKey.open(path)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(UnsafeKeyFileError):
        LocalRootKey.open(path)


@pytest.mark.parametrize("length", [0, PRIVATE_KEY_BYTES - 1, PRIVATE_KEY_BYTES + 1])
def test_a_damaged_key_stops_the_start_and_is_not_replaced(tmp_path: Path, length: int) -> None:
    path = tmp_path / "root.key"
    write_key(path, bytes(length))
    with pytest.raises(UnsafeKeyFileError):
        LocalRootKey.open(path)
    assert path.read_bytes() == bytes(length)


def test_a_key_is_a_file_and_no_link_or_folder(tmp_path: Path) -> None:
    LocalRootKey.open(tmp_path / "root.key")
    (tmp_path / "link.key").symlink_to(tmp_path / "root.key")
    (tmp_path / "folder.key").mkdir()
    os.mkfifo(tmp_path / "pipe.key", 0o600)
    for name in ("link.key", "folder.key", "pipe.key", "missing.key"):
        with pytest.raises(UnsafeKeyFileError):
            read_key(tmp_path / name, PRIVATE_KEY_BYTES)


def test_of_two_that_start_at_once_the_first_key_stays(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    write_key(path, b"first")
    write_key(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_the_public_half_opens_nothing(tmp_path: Path) -> None:
    whole = LocalRootKey.open(tmp_path / "root.key")
    public: RootCustody = PublicRoot.open(tmp_path / "root.pub")
    assert (whole.can_open, public.can_open) == (True, False)
    wrapped = public.public.wrap(b"words", b"here")
    assert whole.unwrap(wrapped, b"here", whole.public.raw) == b"words"
    with pytest.raises(CannotOpenError):
        public.unwrap(wrapped, b"here", whole.public.raw)
    with pytest.raises(TamperedError):
        whole.unwrap(wrapped, b"there", whole.public.raw)


@pytest.mark.parametrize("length", [None, 0, PUBLIC_KEY_BYTES - 1, PUBLIC_KEY_BYTES + 1])
def test_what_is_no_public_root_stops_the_start(tmp_path: Path, length: int | None) -> None:
    if length is not None:
        (tmp_path / "root.pub").write_bytes(bytes(length))
    with pytest.raises(UnsafeKeyFileError):
        PublicRoot.open(tmp_path / "root.pub")


def test_custody_says_what_it_is_and_not_what_it_holds(tmp_path: Path) -> None:
    assert repr(LocalRootKey.open(tmp_path / "root.key")) == "LocalRootKey(…)"
