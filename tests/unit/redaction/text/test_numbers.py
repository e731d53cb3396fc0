"""Numbers that states, banks and messengers give: told by check digits or by the word before."""

import pytest

from redaction.model import Category
from redaction.text import people
from redaction.text.accounts import is_iban, is_luhn
from redaction.text.identities import is_prc


def found(text: str, category: Category) -> list[str]:
    return [text[s.start : s.end] for s in people.pinpoint(text) if s.category is category]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("330106198811120038", "330106198811120038"),
        ("AHV 756.9217.0769.85", "756.9217.0769.85"),
        ("o CPF 529.982.247-25 do torneiro", "529.982.247-25"),
        ("850101-1234566", "850101-1234566"),
        ("A123456789", "A123456789"),
        ("RSSMRA85T10A562S", "RSSMRA85T10A562S"),
        ("SSN 219-09-4417", "219-09-4417"),
        ("Steuer-ID: 86 095 742 719", "86 095 742 719"),
        ("Passport no. P4417209 for customs", "P4417209"),
        ("マイナンバー 123456789018", "123456789018"),
        ("PESEL 44051401359", "44051401359"),
        ("паспорт 4509 123456", "4509 123456"),
    ],
)
def test_identity_numbers_are_found(text: str, number: str) -> None:
    assert found(text, Category.NATIONAL_ID) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "330106198811120037",
        "330106198813120038",
        "990106198811120038",
        "756.9217.0769.86",
        "529.982.247-26",
        "850101-1234565",
        "A123456780",
        "Lot 330106198811120038",
        "pass 2 of 3",
        "PAN HEAD M4",
        "NI 200 plate",
    ],
)
def test_numbers_whose_check_digits_fail_are_none(text: str) -> None:
    assert found(text, Category.NATIONAL_ID) == []


def test_a_wrong_digit_is_noticed() -> None:
    assert is_prc("33010619881112003" + "8")
    assert not any(is_prc("33010619881112003" + digit) for digit in "012345679X")
    assert is_iban("DE89 3704 0044 0532 0130 00")
    assert not is_iban("DE88 3704 0044 0532 0130 00")
    assert not is_iban("DE89")
    assert is_luhn("4539578763621486")
    assert not is_luhn("4539578763621487")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("IBAN GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32"),
        ("card 4539 5787 6362 1486", "4539 5787 6362 1486"),
        ("acct 000417726653", "000417726653"),
        ("sort code 20-41-15", "20-41-15"),
        ("卡号 6217001210024455667", "6217001210024455667"),
        ("口座 みなと銀行 本町支店 普通 1234567", "みなと銀行 本町支店 普通 1234567"),
        ("支付宝 tang.feng", "tang.feng"),
    ],
)
def test_accounts_are_found(text: str, number: str) -> None:
    assert found(text, Category.BANK) == [number]


@pytest.mark.parametrize(
    "text",
    ["P/N 4539578763621486", "PAYPAL button", "1111 1111 1111 1111", "DE00 3704 0044 0532 0130 00"],
)
def test_other_long_numbers_are_no_account(text: str) -> None:
    assert found(text, Category.BANK) == []


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("WeChat: ngozi_eze88", "ngozi_eze88"),
        ("wxid_a1b2c3d4e5", "wxid_a1b2c3d4e5"),
        ("QQ：384756102", "384756102"),
        ("call live:tooling.mira", "live:tooling.mira"),
        ("www.linkedin.com/in/mira-vance", "mira-vance"),
        ("LINE ID: kuwa_tool", "kuwa_tool"),
        ("telegram: qwrtzuv", "qwrtzuv"),
    ],
)
def test_chat_accounts_are_found(text: str, handle: str) -> None:
    assert found(text, Category.CHAT) == [handle]


@pytest.mark.parametrize("text", ["WeChat group", "line 1234", "mixed signal microcontroller"])
def test_a_messenger_alone_is_no_account(text: str) -> None:
    assert found(text, Category.CHAT) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("김도현 과장", "김도현"),
        ("한 대리님께", "한"),
        ("정민 팀장에게", "정민"),
        ("최은서", "최은서"),
    ],
)
def test_korean_names_are_found_by_titles_and_given_names(text: str, name: str) -> None:
    assert found(text, Category.PERSON) == [name]


def test_what_a_handler_replaces_is_no_person() -> None:
    # On a drawing a name is its owner's to judge; in a description it goes.
    text = "Drawn by: Wojciech Zielinski"
    assert not any(map(people.is_replaced, people.find(text)))
    assert people.redact(text)[0] == "Drawn by: [name]"
