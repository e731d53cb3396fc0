"""Whatever stands round a root key keeps the same promises: its file's mode, a passphrase, Vault,
KMS. The last two are servers in processes of their own (tests/services/custodians.py)."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.sealed import enclosure
from storage.sealed.custody import LocalRootKey, PublicRoot, root_id
from storage.sealed.enclosure import Bare, Enclosure, Passphrase
from storage.sealed.errors import (
    CannotOpenError,
    KeyServerError,
    PassphraseWrongError,
    TamperedError,
    UnsafeKeyFileError,
    WrongRootError,
)
from storage.sealed.kms import Kms, KmsKey
from storage.sealed.transit import Transit, TransitKey
from tests.services import custodians
from tests.services.custodians import CREDENTIALS, REGION, KmsServer, VaultServer

pytestmark = pytest.mark.service

RAW = bytes(range(96))
CLOSED = ["passphrase", "vault", "kms"]
# AWS says IncorrectKeyException of another key; moto says AccessDenied, as of a missing permission.
NOT_OPENED = (PassphraseWrongError, KeyServerError)


@dataclass
class Custodian:
    """An enclosure: made anew as at a start, and the same under another key."""

    made: Callable[[], Enclosure]
    other: Callable[[], Enclosure]


@pytest.fixture(scope="module")
def vault() -> Iterator[VaultServer]:
    yield from custodians.vault()


@pytest.fixture(scope="module")
def kms() -> Iterator[KmsServer]:
    yield from custodians.kms()


@pytest.fixture(autouse=True)
def known_to_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give the AWS SDK somebody to be, and no file or instance to find anybody else in."""
    nowhere = {"AWS_CONFIG_FILE": str(tmp_path / "c"), "AWS_EC2_METADATA_DISABLED": "true"}
    for name, value in (CREDENTIALS | nowhere).items():
        monkeypatch.setenv(name, value)
    # How costly a passphrase is to guess is read from its file; here it may be cheap.
    monkeypatch.setattr(enclosure, "_ARGON2", {"iterations": 1, "lanes": 1, "memory_cost": 64})


def transit(vault: VaultServer, name: str) -> Transit:
    return Transit(TransitKey(vault.url, "transit", name), vault.key(name))


@pytest.fixture
def custodian(request: pytest.FixtureRequest, kind: str) -> Custodian:
    if kind == "bare":
        return Custodian(Bare, Bare)
    if kind == "passphrase":
        return Custodian(lambda: Passphrase("so long"), lambda: Passphrase("so what"))
    if kind == "vault":
        server: VaultServer = request.getfixturevalue("vault")
        return Custodian(lambda: transit(server, "one"), lambda: transit(server, "two"))
    service: KmsServer = request.getfixturevalue("kms")
    keys = service.key(), service.key()
    return Custodian(
        lambda: Kms(KmsKey(keys[0], REGION, service.url, attempts=1)),
        lambda: Kms(KmsKey(keys[1], REGION, service.url, attempts=1)),
    )


@pytest.mark.parametrize("kind", CLOSED)
def test_what_it_closes_it_opens_and_nothing_of_the_key_is_in_it(custodian: Custodian) -> None:
    enclosed = custodian.made().enclose(RAW, b"a use")
    assert not [at for at in range(0, 96, 16) if RAW[at : at + 16] in enclosed]
    assert custodian.made().disclose(enclosed, b"a use") == RAW
    assert custodian.made().enclose(RAW, b"a use") != enclosed


@pytest.mark.parametrize("kind", CLOSED)
def test_another_key_another_use_or_changed_bytes_do_not_open(custodian: Custodian) -> None:
    enclosed = custodian.made().enclose(RAW, b"a use")
    fields = json.loads(enclosed)
    flipped = "A" if fields["sealed"][-10] != "A" else "B"
    fields["sealed"] = fields["sealed"][:-10] + flipped + fields["sealed"][-9:]
    with pytest.raises(NOT_OPENED):
        custodian.other().disclose(enclosed, b"a use")
    for asked, raw, about in (
        (custodian.made(), enclosed, b"another use"),
        (custodian.made(), json.dumps(fields).encode(), b"a use"),
    ):
        with pytest.raises(PassphraseWrongError):
            asked.disclose(raw, about)


@pytest.mark.parametrize("kind", CLOSED)
def test_what_is_none_of_its_files_is_not_asked_about(custodian: Custodian) -> None:
    for raw in (RAW, b"", b"[]", b'{"custody": "somebody"}'):
        with pytest.raises(UnsafeKeyFileError):
            custodian.made().disclose(raw, b"a use")


@pytest.mark.parametrize("kind", ["bare", *CLOSED])
def test_roots_are_made_found_unwrapped_and_retired(custodian: Custodian, tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    first = LocalRootKey.open(path, custodian.made())
    second = first.make()
    for root in (first.public, second):
        wrapped = root.wrap(b"words", b"here")
        found = LocalRootKey.open(path, custodian.made())
        assert found.holds(root.raw)
        assert found.unwrap(wrapped, b"here", root.raw) == b"words"
        with pytest.raises(TamperedError):
            found.unwrap(wrapped, b"there", root.raw)
        with pytest.raises(CannotOpenError):
            PublicRoot(root).unwrap(wrapped, b"here", root.raw)
    assert sorted(first.kept()) == sorted([root_id(first.public.raw), root_id(second.raw)])
    first.retire(root_id(first.public.raw))
    found = LocalRootKey.open(path, custodian.made())
    assert found.kept() == [root_id(second.raw)]
    with pytest.raises(WrongRootError):
        found.unwrap(first.public.wrap(b"words", b"here"), b"here", first.public.raw)


@pytest.mark.parametrize("kind", CLOSED)
def test_a_root_moves_into_a_custody_and_out_of_it(custodian: Custodian, tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    bare = LocalRootKey.open(path)
    wrapped = bare.public.wrap(b"words", b"here")
    bare.re_enclose(custodian.made())
    with pytest.raises(UnsafeKeyFileError):
        LocalRootKey.open(path)
    with pytest.raises(NOT_OPENED):
        LocalRootKey.open(path, custodian.other())
    closed = LocalRootKey.open(path, custodian.made())
    assert closed.unwrap(wrapped, b"here", bare.public.raw) == b"words"
    closed.re_enclose(Bare())
    assert LocalRootKey.open(path).unwrap(wrapped, b"here", bare.public.raw) == b"words"


def test_vaults_key_may_be_rotated_and_the_old_version_forgotten(
    vault: VaultServer, tmp_path: Path
) -> None:
    path = tmp_path / "root.key"
    custody = LocalRootKey.open(path, transit(vault, "turned"))
    vault.ask("POST", "transit/keys/turned/rotate")
    assert b"vault:v1:" in path.read_bytes()
    assert LocalRootKey.open(path, transit(vault, "turned")).public == custody.public
    custody.re_enclose(transit(vault, "turned"))
    assert b"vault:v2:" in path.read_bytes()
    vault.ask("POST", "transit/keys/turned/config", {"min_decryption_version": 2})
    assert LocalRootKey.open(path, transit(vault, "turned")).public == custody.public


def test_vault_opens_for_nobody_whose_token_may_not(vault: VaultServer) -> None:
    enclosed = transit(vault, "mine").enclose(RAW, b"a use")
    for token in (vault.key("theirs"), "guessed"):
        for call in ("enclose", "disclose"):
            asked = Transit(TransitKey(vault.url, "transit", "mine"), token)
            with pytest.raises(KeyServerError):
                getattr(asked, call)(enclosed, b"a use")
    revoked = vault.key("mine")
    vault.ask("POST", "auth/token/revoke", {"token": revoked})
    with pytest.raises(KeyServerError):
        Transit(TransitKey(vault.url, "transit", "mine"), revoked).disclose(enclosed, b"a use")


def test_kms_key_may_be_rotated_and_old_files_still_open(kms: KmsServer, tmp_path: Path) -> None:
    key, path = kms.key(), tmp_path / "root.key"
    custody = LocalRootKey.open(path, Kms(KmsKey(key, REGION, kms.url)))
    kms.client().enable_key_rotation(KeyId=key)
    kms.client().rotate_key_on_demand(KeyId=key)
    found = LocalRootKey.open(path, Kms(KmsKey(key, REGION, kms.url)))
    assert found.public == custody.public
    assert found.re_enclose(Kms(KmsKey(key, REGION, kms.url))) == 1


def test_a_kms_alias_names_a_key_as_well(kms: KmsServer) -> None:
    kms.client().create_alias(AliasName="alias/drawbridge", TargetKeyId=kms.key())
    asked = Kms(KmsKey("alias/drawbridge", REGION, kms.url))
    assert asked.disclose(asked.enclose(RAW, b"a use"), b"a use") == RAW


def test_kms_without_such_a_key_is_told_as_such(kms: KmsServer) -> None:
    enclosed = Kms(KmsKey(kms.key(), REGION, kms.url)).enclose(RAW, b"a use")
    asked = Kms(KmsKey("alias/nobody", REGION, kms.url, attempts=1))
    for call in (asked.enclose, asked.disclose):
        with pytest.raises(KeyServerError):
            call(enclosed, b"a use")


@pytest.mark.parametrize("name", ["vault", "kms"])
def test_a_server_that_is_gone_stops_a_start_and_no_download(name: str, tmp_path: Path) -> None:
    def enclosed_by() -> Enclosure:
        if isinstance(server, VaultServer):
            return Transit(TransitKey(server.url, "transit", "one"), token)
        return Kms(KmsKey(key, REGION, server.url, attempts=1))

    server = {"vault": VaultServer, "kms": KmsServer}[name]().start()
    try:
        token = server.key("one") if isinstance(server, VaultServer) else ""
        key = server.key() if isinstance(server, KmsServer) else ""
        custody = LocalRootKey.open(tmp_path / "root.key", enclosed_by())
    finally:
        server.stop()
    wrapped = custody.public.wrap(b"words", b"here")
    assert custody.unwrap(wrapped, b"here", custody.public.raw) == b"words"
    with pytest.raises(KeyServerError):
        LocalRootKey.open(tmp_path / "root.key", enclosed_by())
    with pytest.raises(KeyServerError):
        custody.make()
