"""The table of sealing suites: each has a source, and nothing in it is not understood."""

from datetime import date
from pathlib import Path

import pytest

from config.errors import ConfigFileError, SettingError
from config.suites import load_suites
from storage.sealed import format as fmt


def test_the_gateways_own_table_lets_it_write_what_it_writes() -> None:
    (suite,) = load_suites()
    assert (suite.id, suite.no_writes_after) == (fmt.SUITE, None)
    assert suite.source


def test_a_last_day_is_a_day(tmp_path: Path) -> None:
    table = tmp_path / "suites.toml"
    table.write_text('[[suite]]\nid = "one"\nno_writes_after = 2031-12-31\nsource = "we"\n')
    assert load_suites(table)[0].no_writes_after == date(2031, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "suite = []",
        '[[suite]]\nid = "one"\n',
        '[[suite]]\nid = "one"\nsource = ""\n',
        '[[suite]]\nid = "One!"\nsource = "we"\n',
        '[[suite]]\nid = "one"\nsource = "we"\nno_writes_after = "soon"\n',
        '[[suite]]\nid = "one"\nsource = "we"\nno_writes_before = 2031-12-31\n',
    ],
)
def test_a_table_with_a_mistake_stops_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "suites.toml").write_text(text)
    with pytest.raises(SettingError):
        load_suites(tmp_path / "suites.toml")


def test_a_table_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "suites.toml").write_bytes(b"\xff")
    for name in ("suites.toml", "none.toml"):
        with pytest.raises(ConfigFileError):
            load_suites(tmp_path / name)
