"""Redaction profiles: data that every command and the gateway read the same way."""

import tomllib
from pathlib import Path

import pytest

from config.errors import ConfigFileError, SettingError, UnknownProfileError
from config.loading import PROFILES, load_profile
from redaction.model import Category, Profile


@pytest.mark.parametrize("name", tomllib.loads(PROFILES.read_text()))
def test_every_profile_of_the_house_loads(name: str) -> None:
    assert load_profile(name).name == name


def test_the_usual_profile_is_what_the_workshop_assumes() -> None:
    assert load_profile("supplier") == Profile()


def test_strict_takes_more_than_archive_and_archive_more_than_supplier() -> None:
    supplier, archive, strict = map(load_profile, ("supplier", "archive", "strict"))
    assert supplier.redact_content < archive.redact_content < strict.redact_content
    assert Category.PERSON in strict.redact_content
    assert Category.PERSON not in archive.redact_content


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownProfileError, match=r"supplier, archive, strict") as caught:
        load_profile("/home/jane.roe")
    assert "jane" not in str(caught.value)


@pytest.mark.parametrize(
    "table",
    [
        'summary = "s"\nredact_content = ["nobody"]',
        "redact_content = []",
        'summary = "s"',
        'summary = "s"\nredact_content = []\nkeep = []',
    ],
)
def test_a_profile_that_cannot_work_is_refused(table: str, tmp_path: Path) -> None:
    file = tmp_path / "profiles.toml"
    file.write_text(f"[own]\n{table}\n")
    with pytest.raises(SettingError):
        load_profile("own", file)


def test_a_table_of_profiles_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "profiles.toml"
    file.write_text("[own")
    with pytest.raises(ConfigFileError):
        load_profile("own", file)
