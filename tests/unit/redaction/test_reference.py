"""The table of formats in the README is the one the code has."""

from pathlib import Path

from redaction.reference import FAMILIES, PAGES, renewed, table
from redaction.registry import FORMATS

ROOT = Path(__file__).parents[3]


def test_the_readme_lists_what_the_registry_has() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert renewed(text) == text, "run: python -m redaction.reference README.md"
    assert table() in text


def test_every_family_has_a_page_that_names_its_code() -> None:
    modules = {known.name: known.module.rpartition(".")[2] for known in FORMATS}
    for family in FAMILIES:
        page = (ROOT / PAGES / f"{family.page}.md").read_text(encoding="utf-8")
        for name in family.names:
            stem = modules[name].partition("_")[0]
            assert f"redaction/formats/{stem}" in page, (family.page, name)
