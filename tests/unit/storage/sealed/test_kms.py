"""A root key sealed by KMS: what is said of a service that refuses, is silent or is not installed.

What a real conversation looks like is in tests/contract/test_custodians.py."""

import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.sealed import kms
from storage.sealed.errors import KeySdkMissingError, KeyServerError, UnsafeKeyFileError
from storage.sealed.kms import Kms, KmsKey

RAW = bytes(range(96))


@pytest.fixture(autouse=True)
def known_to_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing-secret")


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes what it is told and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def asked(endpoint: str | None, profile: str | None = None) -> Kms:
    return Kms(KmsKey("alias/drawbridge", "eu-central-1", endpoint, profile, attempts=1))


def enclosed() -> bytes:
    return json.dumps({"custody": "kms", "key": "k", "sealed": "AAAA"}).encode()


def test_a_service_that_never_answers_is_not_waited_for_for_ever(
    silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kms, "_READ_S", 0.1)
    for call in (asked(silent).enclose, asked(silent).disclose):
        with pytest.raises(KeyServerError) as refused:
            call(enclosed(), b"a use")
        assert "testing-secret" not in str(refused.value.__cause__)


def test_a_service_that_is_not_there_is_told_as_such() -> None:
    with pytest.raises(KeyServerError):
        asked("http://127.0.0.1:1").disclose(enclosed(), b"a use")


def test_nobody_to_ask_as_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyServerError):
        asked(None, profile="nobody")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(KeyServerError):
        asked("http://127.0.0.1:1").disclose(enclosed(), b"a use")
    with pytest.raises(KeyServerError):
        Kms(KmsKey("alias/drawbridge"))  # no region either


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", RAW, b"{}", b'{"custody": "transit"}', b'{"custody": "kms"}'),
        *(b'{"custody": "kms", "sealed": 1}', b'{"custody": "kms", "sealed": "!"}'),
    ],
)
def test_what_is_none_of_its_files_is_not_asked_about(raw: bytes) -> None:
    with pytest.raises(UnsafeKeyFileError):
        asked("http://127.0.0.1:1").disclose(raw, b"a use")


def test_without_the_sdk_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3.session", None)
    with pytest.raises(KeySdkMissingError):
        asked(None)
    assert "drawbridge-gateway[kms]" in str(KeySdkMissingError.__doc__)


def test_it_says_what_it_is_and_not_what_it_holds() -> None:
    assert repr(asked(None)) == "Kms(…)"
