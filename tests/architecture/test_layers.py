"""The house rules of tests/architecture/rules.py, one case per module and rule."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.rules import (
    FORBIDDEN_TO_GATEWAY,
    IMPURE,
    LIBRARIES,
    OURS,
    PURE,
    ROOMS,
)

ROOT = Path(__file__).parents[2]
EXEMPT = ("storage.rows.migrations",)


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    name: path
    for top in OURS
    for path in sorted((ROOT / top).rglob("*.py"))
    if "node_modules" not in path.parts and not (name := _name(path)).startswith(EXEMPT)
}


def imports(path: Path) -> Iterator[str]:
    """Yield every module a file imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)


def within(name: str, rooms: set[str]) -> bool:
    return any(name == room or name.startswith(room + ".") for room in rooms)


def room_of(module: str) -> str:
    return max((room for room in ROOMS if within(module, {room})), key=len)


@pytest.mark.parametrize("module", MODULES)
def test_it_imports_only_rooms_it_may_enter(module: str) -> None:
    room = room_of(module)
    allowed = {room, module} | ROOMS[room]
    ours = {name for name in imports(MODULES[module]) if name.split(".")[0] in OURS}
    assert not {name for name in ours if not within(name, allowed)}


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("gateway")])
def test_the_gateway_never_imports_what_parses_hostile_bytes(module: str) -> None:
    assert not {n for n in imports(MODULES[module]) if within(n, FORBIDDEN_TO_GATEWAY)}


@pytest.mark.parametrize("module", MODULES)
def test_it_touches_only_libraries_its_room_owns(module: str) -> None:
    used = {name.split(".")[0] for name in imports(MODULES[module])} & LIBRARIES.keys()
    assert not {library for library in used if not within(module, LIBRARIES[library])}


@pytest.mark.parametrize("module", [m for m in MODULES if within(m, PURE)])
def test_what_is_called_pure_does_no_io(module: str) -> None:
    assert not {name for name in imports(MODULES[module]) if within(name, IMPURE)}


def test_format_families_do_not_know_each_other() -> None:
    families = {
        m: m.split(".")[2].split("_")[0] for m in MODULES if m.startswith("redaction.formats.")
    }
    for module, family in families.items():
        others = {m for m, f in families.items() if f != family}
        assert not set(imports(MODULES[module])) & others, module


def test_only_the_assembly_and_the_command_line_name_a_concrete_store() -> None:
    concrete = {"storage.blobs.filesystem", "storage.blobs.memory", "storage.sealed.custody"}
    for module, path in MODULES.items():
        if module.startswith("gateway") and not within(module, {"gateway.assembly", "gateway.cli"}):
            assert not set(imports(path)) & concrete, module
