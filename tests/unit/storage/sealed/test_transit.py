"""A root key sealed by a key server: opens while the server says so, and never tells why not."""

import base64
import json
import secrets
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import urllib3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.sealed import transit
from storage.sealed.custody import LocalRootKey
from storage.sealed.errors import KeyServerError, PassphraseWrongError, UnsafeKeyFileError
from storage.sealed.transit import Transit, TransitKey

TOKEN = "s.example"
RAW = bytes(range(96))


class Engine(BaseHTTPRequestHandler):
    """What a Transit engine answers, with keys that stay in it."""

    keys: dict[str, bytes]
    answers_with: int | None = None
    namespaces: list[str | None]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.namespaces.append(self.headers["X-Vault-Namespace"])
        if self.answers_with is not None or self.headers["X-Vault-Token"] != TOKEN:
            return self._answer(self.answers_with or 403, {"errors": ["permission denied"]})
        _, _, mount, verb, name = self.path.split("/")
        if mount != "transit" or name not in self.keys:
            return self._answer(404, {"errors": []})
        try:
            return self._answer(200, {"data": getattr(self, f"_{verb}")(self.keys[name], body)})
        except (InvalidTag, ValueError):
            return self._answer(400, {"errors": ["cipher: message authentication failed"]})

    def _encrypt(self, key: bytes, body: dict[str, str]) -> dict[str, str]:
        nonce = secrets.token_bytes(12)
        plain, about = (base64.b64decode(body[n]) for n in ("plaintext", "associated_data"))
        sealed = nonce + AESGCM(key).encrypt(nonce, plain, about)
        return {"ciphertext": "vault:v1:" + base64.b64encode(sealed).decode()}

    def _decrypt(self, key: bytes, body: dict[str, str]) -> dict[str, str]:
        sealed = base64.b64decode(body["ciphertext"].removeprefix("vault:v1:"))
        about = base64.b64decode(body["associated_data"])
        plain = AESGCM(key).decrypt(sealed[:12], sealed[12:], about)
        return {"plaintext": base64.b64encode(plain).decode()}

    def _answer(self, status: int, document: dict[str, object]) -> None:
        raw = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *words: object) -> None:
        """Stay silent."""


@pytest.fixture
def engine() -> Iterator[tuple[str, type[Engine]]]:
    class Fresh(Engine):
        """An engine of this test alone."""

    Fresh.keys = {"drawbridge": secrets.token_bytes(32), "other": secrets.token_bytes(32)}
    Fresh.namespaces = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Fresh)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", Fresh
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transit, "_RETRIES", urllib3.Retry(total=0))


def enclosure(url: str, name: str = "drawbridge", token: str = TOKEN) -> Transit:
    return Transit(TransitKey(url, "transit", name, "works"), token)


def test_what_the_server_sealed_it_opens(engine: tuple[str, type[Engine]]) -> None:
    url, answering = engine
    enclosed = enclosure(url).enclose(RAW, b"about")
    assert RAW[:16] not in enclosed
    assert enclosure(url).disclose(enclosed, b"about") == RAW
    assert answering.namespaces == ["works", "works"]
    assert TOKEN not in repr(enclosure(url))


def test_another_key_another_use_or_changed_bytes_do_not_open(
    engine: tuple[str, type[Engine]],
) -> None:
    url, _ = engine
    enclosed = enclosure(url).enclose(RAW, b"about")
    fields = json.loads(enclosed)
    changed = json.dumps({**fields, "sealed": fields["sealed"][:-8] + "AAAAAAA="}).encode()
    for asked, raw, about in (
        (enclosure(url, "other"), enclosed, b"about"),
        (enclosure(url), enclosed, b"else"),
        (enclosure(url), changed, b"about"),
    ):
        with pytest.raises(PassphraseWrongError):
            asked.disclose(raw, about)
    with pytest.raises(UnsafeKeyFileError):
        enclosure(url).disclose(RAW, b"about")


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_a_server_that_does_not_want_to_is_told_as_such(
    engine: tuple[str, type[Engine]], status: int
) -> None:
    url, answering = engine
    enclosed = enclosure(url).enclose(RAW, b"about")
    answering.answers_with = status
    for call in (enclosure(url).enclose, enclosure(url).disclose):
        with pytest.raises(KeyServerError):
            call(enclosed, b"about")


def test_a_wrong_token_or_no_server_at_all(engine: tuple[str, type[Engine]]) -> None:
    url, _ = engine
    enclosed = enclosure(url).enclose(RAW, b"about")
    for asked in (enclosure(url, token="guessed"), enclosure("http://127.0.0.1:1")):
        with pytest.raises(KeyServerError) as refused:
            asked.disclose(enclosed, b"about")
        assert "guessed" not in str(refused.value.__cause__)


def test_a_root_is_made_and_found_behind_the_server(
    engine: tuple[str, type[Engine]], tmp_path: Path
) -> None:
    url, answering = engine
    made = LocalRootKey.open(tmp_path / "root.key", enclosure(url))
    wrapped = made.public.wrap(b"words", b"here")
    found = LocalRootKey.open(tmp_path / "root.key", enclosure(url))
    assert found.unwrap(wrapped, b"here", made.public.raw) == b"words"
    answering.answers_with = 503
    assert found.unwrap(wrapped, b"here", made.public.raw) == b"words", "asked at the start only"
    with pytest.raises(KeyServerError):
        LocalRootKey.open(tmp_path / "root.key", enclosure(url))
