"""Every sentence is there in every language, and nobody gets a language they did not ask for."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.alerts.model import RuleName, Severity
from gateway.api.alerts import ASKABLE
from gateway.console import words
from gateway.console.pages import PLACES, TEMPLATES
from gateway.console.pictured import presets
from gateway.console.views import review
from gateway.identity.roles import Role
from gateway.intake.states import DrawingState, PartState
from gateway.intake.waivers import WAIVABLE
from gateway.policy.decision import REMEDIES, SENTENCES
from gateway.review.exports.manifest import Proof
from gateway.review.question import Question
from gateway.transfer.endings import REVOKED
from gateway.transfer.transfers import EXPIRED, SPENT
from redaction import errors as redaction_errors
from redaction.instead import INSTEAD, OTHERWISE
from redaction.model import Action, Category
from redaction.text.reasons import REASONS
from redaction.unsupported import REFUSALS
from storage.ledger.events import EventKind, Slot
from storage.rows.transfers import ACTIVE, DENIED

KNOWN = words.read()
ENGLISH = KNOWN["en"].sentences
ISLANDS = TEMPLATES.parent / "islands"
PLACE = re.compile(r"\{(\w+)\}")


def _used(folder: Path, pattern: str, call: str) -> set[str]:
    found: set[str] = set()
    for path in folder.rglob(pattern):
        found |= set(re.findall(call, path.read_text(encoding="utf-8")))
    return found


def test_english_and_chinese_are_there() -> None:
    assert set(KNOWN) == {"en", "zh"}
    assert {known.tag for known in KNOWN.values()} == {"en", "zh-CN"}


@pytest.mark.parametrize("language", sorted(KNOWN))
def test_all_catalogues_have_the_same_keys(language: str) -> None:
    assert KNOWN[language].sentences.keys() == ENGLISH.keys()


@pytest.mark.parametrize("language", sorted(KNOWN))
def test_a_sentence_has_the_same_places_in_every_language(language: str) -> None:
    for key, sentence in KNOWN[language].sentences.items():
        assert set(PLACE.findall(sentence)) == set(PLACE.findall(ENGLISH[key])), key
        assert sentence.strip(), key


def test_chinese_is_chinese() -> None:
    latin = {"language.tag"}
    for key, sentence in KNOWN["zh"].sentences.items():
        assert key in latin or re.search(r"[\u4e00-\u9fff]", sentence), key


def test_every_sentence_that_a_page_or_an_island_says_is_there() -> None:
    said = _used(TEMPLATES, "*.html", r"\bt\('([\w.-]+)'[,)]")
    said |= _used(TEMPLATES, "*.html", r"t_or\([^)]*\bt\('([\w.-]+)'\)")
    said |= _used(ISLANDS, "*.ts", r'\bsaid\("([\w.-]+)"')
    assert len(said) > 100
    assert said <= ENGLISH.keys()


def test_whatever_a_room_can_say_has_words() -> None:
    wanted = {f"state.{state}" for state in (*DrawingState, *PartState)}
    wanted |= {f"category.{category}" for category in Category}
    wanted |= {f"action.{action}" for action in Action}
    wanted |= {f"role.{role}" for role in Role}
    wanted |= {f"kind.{kind}" for kind in EventKind}
    wanted |= {f"slot.{slot}" for slot in Slot}
    wanted |= {f"state.{state}" for state in (ACTIVE, DENIED, EXPIRED, SPENT, REVOKED)}
    wanted |= {f"deny.{code}" for code in SENTENCES} | {f"remedy.{code}" for code in REMEDIES}
    wanted |= {key for _, key, _ in PLACES}
    wanted |= {f"alert_rule.{rule}" for rule in RuleName}
    wanted |= {f"severity.{severity}" for severity in Severity}
    wanted |= {f"alert_state.{state}" for state in ASKABLE}
    wanted |= {f"field.{name}" for name in (*review.PLACES, *review.MORE)}
    wanted |= {f"export_proof.{proof}" for proof in Proof}
    wanted |= {f"span.{name}" for name, _, _ in presets(Question(), datetime.now(UTC))}
    wanted |= {
        f"reason.{error.code}"
        for error in vars(redaction_errors).values()
        if isinstance(error, type) and hasattr(error, "code")
    }
    assert wanted <= ENGLISH.keys()


@pytest.mark.parametrize(
    ("cookie", "header", "language"),
    [
        (None, "", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "fr, zh;q=0.2, en;q=0.1", "zh"),
        (None, "en;q=0.1, zh;q=0", "en"),
        (None, "zh;q=much, en", "en"),
        ("zh", "en", "zh"),
        ("en", "zh", "en"),
        ("../en", "zh", "zh"),
    ],
)
def test_a_choice_counts_before_what_the_browser_accepts(
    cookie: str | None, header: str, language: str
) -> None:
    assert words.chosen(KNOWN, cookie, header).language == language


@given(st.text(max_size=300), st.none() | st.text(max_size=20))
@example("zh" * 200, None)
@example(";;q=,,;q=nan", "")
def test_any_header_and_cookie_lead_to_a_language(header: str, cookie: str | None) -> None:
    assert words.chosen(KNOWN, cookie, header) in KNOWN.values()


def test_english_says_what_the_rooms_say() -> None:
    """The API tells the same in its own words; two versions of one reason would confuse."""
    for code, sentence in SENTENCES.items():
        assert ENGLISH[f"deny.{code}"] == sentence
    for code, sentence in REMEDIES.items():
        assert ENGLISH[f"remedy.{code}"] == sentence


def test_a_key_that_is_not_there_is_a_bug_and_not_a_blank() -> None:
    with pytest.raises(KeyError):
        KNOWN["en"].say("nowhere.to.be.found")
    assert KNOWN["en"].say_or("nowhere.to.be.found", "as it was said") == "as it was said"


def test_the_console_says_what_helps_as_the_command_line_does() -> None:
    for code, sentence in INSTEAD.items():
        assert ENGLISH[f"instead.{code}"] == sentence
    assert ENGLISH["instead.otherwise"] == OTHERWISE
    for rule, sentence in REASONS.items():
        assert ENGLISH[f"why.{rule}"] == sentence


def test_whatever_can_be_waived_or_is_not_supported_has_a_sentence_that_helps() -> None:
    unsupported = {code for code in REFUSALS if code.startswith("unsupported-")}
    assert unsupported | WAIVABLE <= INSTEAD.keys()
