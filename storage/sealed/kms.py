"""A root key sealed by a key server: AWS KMS, or whatever speaks its protocol.

Room: storage/sealed. Blocking; talks to one service, at start and when roots are made, and never
while drawings move. The service's key stays there; the root key it opens is in our memory for as
long as the gateway runs. Who asks is found as AWS's own tools find it: a profile, a role, the
instance. https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html

The AWS SDK is no part of the usual installation: drawbridge-gateway[kms] brings it.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any, Final

from storage.sealed.enclosure import read_fields
from storage.sealed.errors import (
    KeySdkMissingError,
    KeyServerError,
    PassphraseWrongError,
    UnsafeKeyFileError,
)
from storage.sealed.keys import Secret

_CONNECT_S: Final = 5.0
_READ_S: Final = 15.0
_ATTEMPTS: Final = 4
# How KMS says that a ciphertext was sealed by another key, for another use, or changed.
_NOT_OURS: Final = {"InvalidCiphertextException", "IncorrectKeyException"}


@dataclass(frozen=True, slots=True)
class KmsKey:
    """A symmetric key in KMS: its id, ARN or alias, and where it is."""

    name: str
    region: str | None = None
    endpoint: str | None = None
    profile: str | None = None
    attempts: int = _ATTEMPTS


class Kms(Secret):
    """An enclosure whose key never leaves its service. What is sealed is bound to its use."""

    def __init__(self, key: KmsKey) -> None:
        """Prepare to ask; nothing is asked yet.

        Raises:
            KeySdkMissingError: the AWS SDK is not installed.
            KeyServerError: there is no such profile, or no region.
        """
        self._key = key
        self._client, self._refused, self._silent = _client(key)

    def enclose(self, raw: bytes, about: bytes) -> bytes:
        """Return the key as the service seals it; see Enclosure."""
        answer = self._asked("encrypt", about, KeyId=self._key.name, Plaintext=raw)
        sealed = base64.b64encode(answer["CiphertextBlob"]).decode()
        return json.dumps({"custody": "kms", "key": answer["KeyId"], "sealed": sealed}).encode()

    def disclose(self, enclosed: bytes, about: bytes) -> bytes:
        """Return the key as the service opens it; see Enclosure."""
        fields = read_fields(enclosed, "custody", "kms")
        try:
            sealed = base64.b64decode(fields["sealed"], validate=True)
        except (KeyError, TypeError, ValueError) as error:
            raise UnsafeKeyFileError from error
        # The key is named, so that nobody's ciphertext under a key of their own is taken.
        answer = self._asked("decrypt", about, KeyId=self._key.name, CiphertextBlob=sealed)
        raw: bytes = answer["Plaintext"]
        return raw

    def _asked(self, verb: str, about: bytes, **words: Any) -> dict[str, Any]:
        # What is bound stands in the service's own log, in clear: it names a use, never a person.
        context = {"drawbridge": about.decode()}
        try:
            answer: dict[str, Any] = getattr(self._client, verb)(EncryptionContext=context, **words)
        except self._refused as error:
            if error.response.get("Error", {}).get("Code") in _NOT_OURS:
                raise PassphraseWrongError from error
            raise KeyServerError from error
        except self._silent as error:
            raise KeyServerError from error
        return answer

    def __repr__(self) -> str:
        """Say what it is, never what it holds."""
        return "Kms(…)"


def _client(key: KmsKey) -> tuple[Any, Any, Any]:
    """Return a client of the service, and the errors by which it refuses and by which it fails."""
    try:
        from boto3.session import Session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as error:
        raise KeySdkMissingError from error
    config = Config(
        connect_timeout=_CONNECT_S,
        read_timeout=_READ_S,
        retries={"mode": "standard", "total_max_attempts": key.attempts},
    )
    try:
        client = Session(profile_name=key.profile).client(
            "kms", region_name=key.region, endpoint_url=key.endpoint, config=config
        )
    except (BotoCoreError, ValueError) as error:
        raise KeyServerError from error
    return client, ClientError, BotoCoreError
