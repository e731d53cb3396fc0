"""Law packs: what they may hold, and how a mistake in them is told."""

from pathlib import Path

import pytest

from config.errors import ConfigFileError
from config.packs import read_law
from gateway.policy.pack import LawInvalidError, read
from tests.unit.gateway.policy.laws import COUNTRIES, pack, rule

FILES = {"countries.toml": COUNTRIES.encode(), "one.toml": pack(rule())}


def problems(files: dict[str, bytes]) -> str:
    with pytest.raises(LawInvalidError) as caught:
        read(files)
    return caught.value.public()


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (pack(rule(review_by=None)), "one.toml: rule.0.review_by: Field required"),
        (pack(rule(source=None)), "one.toml: rule.0.source: Field required"),
        (pack(rule(source="[]")), "one.toml: rule.0.source: Tuple should have at least 1"),
        (pack(rule(surprise="1")), "one.toml: rule.0.surprise: Extra inputs"),
        (pack(rule(grade='"E"')), "one.toml: rule.0.grade"),
        (pack(rule(max_persons="-1")), "one.toml: rule.0.max_persons"),
        (pack(rule(effective_from='"soon"')), "one.toml: rule.0.effective_from"),
        (pack(rule(mechanism=None)), "a rule that allows names one"),
        (pack(rule(to='["ZZ"]')), "one.toml: rule way: to: ZZ is neither a country nor a group"),
        (pack(rule(from_='["@NOWHERE"]')), "rule way: from: @NOWHERE is neither"),
        (pack(rule(except_='["QQ"]')), "rule way: except: QQ is neither"),
        (pack(rule(documents='["NONE"]')), "rule way: documents: NONE is not declared"),
        (pack(rule(source='[{ id = "x", pin = "1" }]')), "source: x is not in this pack"),
        (pack(rule(), rule()), "one.toml: rule.id: way stands twice"),
        (pack(), "one.toml: rule: Field required"),
        (b"[pack", "one.toml: not TOML"),
        (b"\xff\xfe", "one.toml: not TOML"),
    ],
)
def test_a_mistake_is_told_by_file_and_key(raw: bytes, told: str) -> None:
    assert told in problems(FILES | {"one.toml": raw})


def test_all_mistakes_are_told_at_once() -> None:
    told = problems(FILES | {"one.toml": pack(rule(grade='"E"')), "two.toml": b"["})
    assert "one.toml" in told
    assert "two.toml" in told


def test_packs_share_no_ids() -> None:
    assert "two.toml: pack.id: one stands twice" in problems(FILES | {"two.toml": pack(rule())})


def test_a_group_holds_countries_and_the_countries_must_be_there() -> None:
    broken = COUNTRIES.replace('["AA", "BB"]', '["AA", "ZZ"]')
    assert "groups.PAIR: ZZ is no country" in problems(FILES | {"countries.toml": broken.encode()})
    assert "countries.toml: missing" in problems({"one.toml": pack(rule())})


def test_the_hash_covers_every_file_and_its_name() -> None:
    whole = read(FILES)
    assert read(dict(reversed(FILES.items()))).sha256 == whole.sha256
    renamed = {"countries.toml": FILES["countries.toml"], "other.toml": FILES["one.toml"]}
    changed = FILES | {"one.toml": FILES["one.toml"] + b"\n# a word\n"}
    assert len({whole.sha256, read(renamed).sha256, read(changed).sha256}) == 3


def test_the_shipped_law_is_whole_and_every_rule_cites_a_source() -> None:
    law = read(read_law())
    assert len(law.countries) == 249
    for one in law.packs:
        assert one.head.version
        assert len(one.sha256) == 64
        for route in one.routes:
            assert route.rule.source
            assert route.destinations


def test_a_directory_without_packs_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileError):
        read_law(tmp_path)
    (tmp_path / "x.toml").mkdir()
    with pytest.raises(ConfigFileError):
        read_law(tmp_path)
