"""A root key sealed by a key server: the Transit engine of OpenBao or HashiCorp Vault.

Room: storage/sealed. Blocking; talks to one server, at start and when roots are made, and never
while drawings move. The server's key stays in the server; the root key it opens is in our memory
for as long as the gateway runs. https://openbao.org/api-docs/secret/transit/
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import urllib3
from urllib3.exceptions import HTTPError

from storage.sealed.enclosure import read_fields
from storage.sealed.errors import KeyServerError, PassphraseWrongError
from storage.sealed.keys import Secret

_TIMEOUT: Final = urllib3.Timeout(connect=5.0, read=15.0)
_RETRIES: Final = urllib3.Retry(
    total=4, backoff_factor=0.2, status_forcelist=[429, 502, 503], allowed_methods=None
)
_OK: Final = 200
_BAD_REQUEST: Final = 400


@dataclass(frozen=True, slots=True)
class TransitKey:
    """A key in a Transit engine."""

    url: str
    mount: str
    name: str
    namespace: str | None = None


class Transit(Secret):
    """An enclosure whose key never leaves its server."""

    def __init__(self, key: TransitKey, token: str, ca_file: Path | None = None) -> None:
        """Prepare to ask; nothing is asked yet."""
        self._key = key
        self._token = token
        self._http = urllib3.PoolManager(
            timeout=_TIMEOUT,
            retries=_RETRIES,
            cert_reqs="CERT_REQUIRED",
            ca_certs=str(ca_file) if ca_file else None,
        )

    def enclose(self, raw: bytes, about: bytes) -> bytes:
        """Return the key as the server seals it; see Enclosure."""
        answer = self._asked("encrypt", {"plaintext": _text(raw), "associated_data": _text(about)})
        fields = {"custody": "transit", "key": self._key.name, "sealed": answer["ciphertext"]}
        return json.dumps(fields, indent=1).encode()

    def disclose(self, enclosed: bytes, about: bytes) -> bytes:
        """Return the key as the server opens it; see Enclosure."""
        sealed = read_fields(enclosed, "custody", "transit").get("sealed")
        answer = self._asked("decrypt", {"ciphertext": sealed, "associated_data": _text(about)})
        try:
            return base64.b64decode(answer["plaintext"], validate=True)
        except (KeyError, TypeError, ValueError) as error:
            raise KeyServerError from error

    def _asked(self, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        place = f"{self._key.url.rstrip('/')}/v1/{quote(self._key.mount)}/{verb}"
        headers = {"X-Vault-Token": self._token, "X-Vault-Request": "true"}
        if self._key.namespace:
            headers["X-Vault-Namespace"] = self._key.namespace
        try:
            answer = self._http.request(
                "POST", f"{place}/{quote(self._key.name, safe='')}", json=body, headers=headers
            )
            data = answer.json().get("data") if answer.status == _OK else None
        except (HTTPError, ValueError, AttributeError) as error:
            raise KeyServerError from error
        if answer.status == _BAD_REQUEST and verb == "decrypt":
            raise PassphraseWrongError  # sealed by another key, or changed
        if not isinstance(data, dict):
            raise KeyServerError
        return data

    def __repr__(self) -> str:
        """Say what it is, never what it holds."""
        return "Transit(…)"


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
