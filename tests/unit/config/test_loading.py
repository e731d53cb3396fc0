"""The configuration is read once, checked, and refuses what nobody knows."""

from pathlib import Path

import pytest

from config.errors import ConfigFileError, SettingError
from config.loading import load
from config.reference import document
from config.settings import Settings

REFERENCE = Path(__file__).parents[3] / "docs/reference/settings.md"


def test_without_anything_the_defaults_hold() -> None:
    assert load(None, {}) == Settings()


def test_the_later_source_wins(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('port = 1\nhost = "file"\n[sandbox]\nparallel = 3\ndeadline_s = 5\n')
    environ = {"DRAWBRIDGE_PORT": "2", "DRAWBRIDGE_SANDBOX__PARALLEL": "4"}
    settings = load(file, environ, {"port": 3})
    assert settings.port == 3
    assert settings.host == "file"
    assert settings.sandbox.parallel == 4
    assert settings.sandbox.deadline_s == 5


@pytest.mark.parametrize(
    "name", ["DRAWBRIDGE_PRT", "DRAWBRIDGE_SANDBOX__MEMRY_BYTES", "DRAWBRIDGE_LINKS__X__Y"]
)
def test_a_name_nobody_knows_stops_the_start(name: str) -> None:
    with pytest.raises(SettingError):
        load(None, {name: "1"})


def test_a_misspelt_line_in_the_file_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[uploads]\nmax_byte = 5\n")
    with pytest.raises(SettingError, match=r"uploads\.max_byte"):
        load(file, {})


def test_what_the_clients_read_is_no_mistake() -> None:
    environ = {"DRAWBRIDGE_TOKEN": "x", "DRAWBRIDGE_SERVER": "y", "HOME": "z"}
    assert load(None, environ) == Settings()


def test_a_value_is_never_quoted_back() -> None:
    with pytest.raises(SettingError) as refused:
        load(None, {"DRAWBRIDGE_DATABASE_URL": "mysql://user:hunter2@host"})
    assert "hunter2" not in str(refused.value)


def test_a_table_cannot_also_be_a_value() -> None:
    with pytest.raises(SettingError):
        load(None, {"DRAWBRIDGE_PORT": "1", "DRAWBRIDGE_PORT__X": "2"})


@pytest.mark.parametrize("content", [b"\xff\xfe", b"port ="])
def test_a_file_that_is_not_toml_stops_the_start(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "c.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigFileError):
        load(file, {})


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileError):
        load(tmp_path / "none.toml", {})


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("port", 65536),
        ("public_url", "transfer.example"),
        ("public_url", "https://transfer.example/?x=1"),
        ("origin_country", "China"),
        ("sessions", {"idle_s": 7200, "absolute_s": 3600}),
        ("role", "everything"),
    ],
)
def test_values_that_cannot_work_stop_the_start(setting: str, value: object) -> None:
    with pytest.raises(SettingError):
        load(None, {}, {setting: value})


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "http://127.0.0.1:7"),
        ({"host": "0.0.0.0"}, "http://127.0.0.1:7"),
        ({"host": "::1"}, "http://[::1]:7"),
        ({"host": "gateway.example"}, "http://gateway.example:7"),
        ({"public_url": "https://gateway.example/"}, "https://gateway.example"),
    ],
)
def test_people_reach_it_where_the_settings_say(given: dict[str, str], url: str) -> None:
    assert load(None, {}, given).address(7) == url


def test_the_rows_stand_in_the_data_directory_unless_said_otherwise() -> None:
    assert load(None, {}, {"data_dir": "/x"}).rows_url == "sqlite+aiosqlite:////x/rows.sqlite"
    other = "postgresql+asyncpg://db.example/rows"
    assert load(None, {}, {"database_url": other}).rows_url == other


def test_the_document_is_as_new_as_the_settings() -> None:
    assert REFERENCE.read_text() == document()


def test_every_setting_says_what_it_is() -> None:
    lines = [line for line in document().splitlines() if line.startswith("| `")]
    assert len(lines) > 30
    assert not [line for line in lines if line.rstrip().endswith("|  |")]
