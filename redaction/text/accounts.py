"""Bank accounts and cards: where somebody's money goes.

Room: redaction/text. Pure; linear in the text. Check digits (ISO 13616 mod 97, ISO/IEC 7812
Luhn), or a word that announces an account. A card number under a part number's label is none.
"""

import re
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text.phones import PART_NUMBER
from redaction.text.span import Span

IBAN: Final = re.compile(
    r"(?<![A-Za-z\d])[A-Z]{2}\d{2}(?:[ \-]?[A-Z\d]{4}){2,7}(?:[ \-]?[A-Z\d]{1,3})?(?![A-Za-z\d])"
)
CARD: Final = re.compile(r"(?<![A-Za-z0-9_.\-])\d(?:[ \-]?\d){12,18}(?![A-Za-z0-9_]|[.\-]\d)")
LABELLED: Final = re.compile(
    r"(?:(?<![^\W_])(?:(?:bank\s)?acc(?:oun)?t|a/c|konto|kto|kontonummer|bankverbindung|compte"
    r"|rib|cuenta"
    r"|conto(?:\scorrente)?|conta|rachunek|bankgiro|plusgiro|rekening|hesap|účet|счет|р/с|card"
    r"|карта|clabe|cbu)"
    r"|(?:银行)?(?:账号|帐号|账户|帐户|賬號|帳號|帳戶)|卡号|卡號|银行卡|開戶|户头|口座(?:番号)?"
    r"|계좌(?:번호)?)"
    r"(?:[\s\-]?(?:no|nr|num(?:ber|mer|ero|éro)?|n[°º]|#|号码?|番号)\.?(?!\w))?"
    r"[\s:.#=(]{0,4}(?:[A-Z]{4}\s)?(?P<number>\d(?:[ \-/]?\d){5,23})(?![A-Za-z0-9_]|[.,]\d)",
    re.IGNORECASE,
)
SORT_CODE: Final = re.compile(
    r"(?<![^\W_])sort\s?code[\s:.]{0,3}(?P<number>\d\d[\- ]?\d\d[\- ]?\d\d)(?!\d)", re.IGNORECASE
)
JAPANESE: Final = re.compile(
    r"(?:口座|振込先|お振込)[番号先\s:]{0,5}(?P<number>(?:[㐀-鿿ぁ-んァ-ヶーA-Z]{1,12}(?:銀行|信用金庫"
    r"|信金|農協)\s*)?"
    r"(?:[㐀-鿿ぁ-ヶー]{1,10}支店\s*)?(?:普通|当座)(?:預金)?\s*:?\s*(?:No\.?\s*)?\d{6,8})"
)
WALLET: Final = re.compile(
    r"(?:支付宝|alipay|paypal(?:\.me/)?|venmo|paytm|revolut)(?:账号|账户|号)?[\s:@]{1,3}"
    r"(?P<number>\+?[\dA-Za-z][\w.+\-]{4,30})(?![\w@])",
    re.IGNORECASE,
)
MONEY: Final = re.compile(
    r"card|visa|master|amex|credit|debit|银行|账|帐|卡|konto|口座|account|付款|收款|kredit|carte",
    re.IGNORECASE,
)
NEAR_CHARS: Final = 40


def accounts(text: str) -> Iterator[Span]:
    """Yield account and card numbers, with the bank's name where Japan writes it before them."""
    for found in IBAN.finditer(text):
        if is_iban(found[0]):
            yield Span(*found.span(), Category.BANK, 0.97, "bank.iban")
    for found in CARD.finditer(text):
        confidence = _card(text, found)
        if confidence:
            yield Span(*found.span(), Category.BANK, confidence, "bank.card")
    for pattern, rule in ((LABELLED, "labelled"), (SORT_CODE, "labelled"), (JAPANESE, "japanese")):
        for found in pattern.finditer(text):
            yield Span(*found.span("number"), Category.BANK, 0.9, f"bank.{rule}")
    for found in WALLET.finditer(text):
        if re.search(r"\d|[._]", found["number"]):
            yield Span(*found.span("number"), Category.BANK, 0.85, "bank.wallet")


def is_iban(number: str) -> bool:
    """Return whether the check digits of an IBAN are right (ISO 13616)."""
    bare = re.sub(r"[ \-]", "", number)
    turned = bare[4:] + bare[:4]
    return 15 <= len(bare) <= 34 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def is_luhn(digits: str) -> bool:
    """Return whether the last of ``digits`` checks the others (ISO/IEC 7812)."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _card(text: str, found: re.Match[str]) -> float:
    digits = re.sub(r"\D", "", found[0])
    before = text[max(0, found.start() - NEAR_CHARS) : found.start()]
    if not is_luhn(digits) or len(set(digits)) < 2 or PART_NUMBER.search(before[-24:]):
        return 0.0
    issued = (digits[0] in "345" and len(digits) in (14, 15, 16)) or (
        digits[:2] in ("62", "22", "60") and 16 <= len(digits) <= 19
    )
    if MONEY.search(before):
        return 0.93
    return 0.6 if issued else 0.0
