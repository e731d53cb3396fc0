"""Bundling: from locked packages, by our own Node, once for the same sources, or loudly not."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.console import bundle
from gateway.console.assets import Assets, BundleMissingError

ROOT = bundle.ROOT


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a room whose islands and style may be changed; packages are those of the checkout."""
    for name in ("islands", "style"):
        shutil.copytree(bundle.ROOM / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(bundle.MODULES)
    shutil.copy(ROOT / "package-lock.json", tmp_path)
    monkeypatch.setattr(bundle, "ISLANDS", tmp_path / "islands")
    monkeypatch.setattr(bundle, "STYLE", tmp_path / "style")
    monkeypatch.setattr(bundle, "BUILT", tmp_path / "built")
    return tmp_path


def test_the_lock_names_no_registry_and_pins_by_hash() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: told for name, told in lock["packages"].items() if name}
    assert len(packages) > 20
    assert not [name for name, told in packages.items() if "resolved" in told]
    assert not [name for name, told in packages.items() if "integrity" not in told]


def test_every_island_is_bundled_under_a_name_with_its_hash(workshop: Path) -> None:
    assert bundle.main([]) == 0
    assets = Assets.read(workshop / "built")
    islands = {path.name for path in (workshop / "islands").glob("*.ts")}
    assert islands | {"console.css", "icon.svg"} == assets.manifest.keys()
    before = assets.url("shell.ts")
    with (workshop / "islands/shell.ts").open("a") as file:
        file.write('\nconsole.debug("changed");\n')
    assert bundle.main([]) == 0
    assert Assets.read(workshop / "built").url("shell.ts") != before
    licences = (workshop / "built/licences.txt").read_text()
    assert "tus-js-client" in licences
    assert "MIT" in licences


def test_the_same_sources_are_bundled_once(
    workshop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bundle.main([]) == 0
    capsys.readouterr()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("nothing was changed")

    monkeypatch.setattr(bundle, "_node", never)
    assert bundle.main([]) == 0
    assert capsys.readouterr().err == ""


def test_a_broken_island_fails_in_words_and_leaves_what_was_there(
    workshop: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert bundle.main([]) == 0
    kept = Assets.read(workshop / "built")
    (workshop / "islands/live.ts").write_text("this is no TypeScript (")
    assert bundle.main([]) == 1
    assert "could not be bundled" in capfd.readouterr().err
    assert Assets.read(workshop / "built") == kept


def test_a_wrong_type_fails_the_check(workshop: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert bundle.main(["--check"]) == 0
    (workshop / "islands/live.ts").write_text('export const n: number = "one";\n')
    assert bundle.main(["--check"]) == 1
    assert "TS2322" in capfd.readouterr().out


def test_it_needs_no_node_of_the_system() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway.console.bundle", "--check"],
        env={**os.environ, "PATH": "/nonexistent"},
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_without_a_node_it_says_what_to_install(
    workshop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bundle, "find_spec", lambda _: None)
    assert bundle.main([]) == 1
    assert ".[build]" in capsys.readouterr().err


def test_a_script_that_never_ends_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "forever.js"
    script.write_text("setInterval(() => {}, 1000)")
    with pytest.raises(bundle.BundleError, match="longer than"):
        bundle._node(script, deadline_s=1)


def test_what_npm_installed_is_remembered_by_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(bundle, "ROOT", tmp_path)
    monkeypatch.setattr(bundle, "INSTALLED", tmp_path / "installed")
    monkeypatch.setattr(bundle, "_node", lambda *told, **_: asked.append(told))
    with pytest.raises(bundle.BundleError, match="checkout"):
        bundle._install()
    for lock in ("{}", "{}", '{"changed": true}'):
        (tmp_path / "package-lock.json").write_text(lock)
        bundle._install()
    assert [told[1] for told in asked] == ["ci", "ci"]
    assert all("--ignore-scripts" in told for told in asked)


@pytest.mark.parametrize("harm", ["nothing", "no-manifest", "half", "no-json"])
def test_the_gateway_does_not_start_with_half_a_console(tmp_path: Path, harm: str) -> None:
    if harm != "nothing":
        (tmp_path / "shell-ABC.js").write_text("")
    if harm == "half":
        (tmp_path / "manifest.json").write_text('{"shell.ts": "shell-ABC.js", "a.ts": "a-B.js"}')
    if harm == "no-json":
        (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(BundleMissingError) as caught:
        Assets.read(tmp_path)
    assert "make setup" in caught.value.public()
