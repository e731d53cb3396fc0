"""Sizes, names and words: what keeps every room readable at a glance."""

import ast
import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tests.architecture.rules import BANNED_NAMES, MAX_FILE_LINES, MAX_FUNCTION_LINES, OURS
from tests.architecture.test_layers import MODULES, ROOT


@pytest.mark.parametrize("module", MODULES)
def test_a_file_fits_in_the_head(module: str) -> None:
    assert len(MODULES[module].read_text().splitlines()) <= MAX_FILE_LINES


@pytest.mark.parametrize("module", MODULES)
def test_a_function_fits_on_a_screen(module: str) -> None:
    long = []
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
            if (node.end_lineno or 0) - node.lineno + 1 - docstring > MAX_FUNCTION_LINES:
                long.append(node.name)
    assert not long


@pytest.mark.parametrize("module", MODULES)
def test_it_opens_with_what_the_room_is_for(module: str) -> None:
    assert ast.get_docstring(ast.parse(MODULES[module].read_text()))


@pytest.mark.parametrize("module", MODULES)
def test_it_is_named_after_a_thing(module: str) -> None:
    assert not set(module.split(".")) & BANNED_NAMES


def test_the_code_does_not_swear_off_types_without_a_reason() -> None:
    for module, path in MODULES.items():
        for line in path.read_text().splitlines():
            assert "type: ignore" not in line or "type: ignore[" in line, (module, line)


def test_no_installed_library_claims_one_of_our_package_names() -> None:
    for distribution in distributions():
        if distribution.metadata["Name"] == "drawbridge-gateway":
            continue
        for file in distribution.files or ():
            assert not (file.parts[0] in OURS and len(file.parts) > 1), distribution.metadata[
                "Name"
            ]


def test_no_country_stands_in_the_code() -> None:
    """A country in Python is a law in Python; laws live in config/law (promise P9)."""
    file = ROOT / "config" / "law" / "countries.toml"
    countries = set(tomllib.loads(file.read_text())["names"])
    for module, path in MODULES.items():
        if not module.startswith(("gateway.policy", "gateway.transfer")):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value not in countries, (module, node.lineno)


def test_every_relative_link_in_the_documents_leads_somewhere() -> None:
    documents = [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "benchmarks").glob("*.md"),
    ]
    for document in documents:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.relative_to(ROOT)} -> {target}"


# Private addresses, reserved names and namespaces stand in documents; nobody calls them.
CALLABLE = re.compile(r"https?://(?:[^\s/\"'@]*@)?([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
NOBODY = re.compile(
    r"127\.0\.0\.1|10\..*|192\.168\..*|172\.16\..*|(.*\.)?example(\.[a-z]+)?|www\.w3\.org|ns\.adobe\.com"
)


def test_tests_are_offline_but_for_loopback() -> None:
    for path in Path(ROOT / "tests").rglob("*.py"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for host in CALLABLE.findall(line):
                assert NOBODY.fullmatch(host), (path, number, host)
