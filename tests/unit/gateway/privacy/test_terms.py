"""The words people agree to: whole, in two languages, and known by their hash."""

import pytest

from config.packs import read_terms
from gateway.privacy.terms import CONSENT, DOWNLOAD, WAIVER, TermsInvalidError, read

GOOD = b"""
[transfer-consent]
version = "1"
en = "yes"
[download-terms]
version = "1"
en = "no"
[waiver-terms]
version = "1"
en = "as it is"
"""


def test_the_shipped_words_are_there_in_english_and_chinese() -> None:
    words = read(read_terms())
    for name in (CONSENT, DOWNLOAD, WAIVER):
        assert words[name].version
        assert all(words[name].texts[language] for language in ("en", "zh"))


def test_another_word_or_version_is_another_hash() -> None:
    first = read(GOOD)[CONSENT].sha256
    assert read(GOOD.replace(b'"yes"', b'"Yes"'))[CONSENT].sha256 != first
    assert read(GOOD.replace(b'version = "1"', b'version = "2"', 1))[CONSENT].sha256 != first
    assert read(GOOD)[CONSENT].sha256 == first


@pytest.mark.parametrize(
    "raw",
    [
        b"[",
        b"\xff",
        b"a = 1",
        GOOD.replace(b"[transfer-consent]", b"[other]"),
        GOOD.replace(b"[waiver-terms]", b"[other]"),
        GOOD.replace(b'version = "1"', b"", 1),
        GOOD.replace(b'en = "yes"', b""),
        GOOD.replace(b'"yes"', b'""'),
    ],
)
def test_what_lacks_a_text_is_refused(raw: bytes) -> None:
    with pytest.raises(TermsInvalidError):
        read(raw)
