"""A data key as a Tink keyset in JSON, so that an object opens with Tink alone.

Room: storage/sealed. Pure. Source: Tink's tink.proto and aes_gcm_hkdf_streaming.proto; the key is
the proto message AesGcmHkdfStreamingKey, of which only the few fields written here exist.

    AesGcmHkdfStreamingKey { version = 1 (0, omitted), params = 2, key_value = 3 }
    params { ciphertext_segment_size = 1, derived_key_size = 2, hkdf_hash_type = 3 (SHA256 = 3) }
"""

import json
from base64 import b64encode
from typing import Final

from storage.sealed import format as fmt
from storage.sealed.keys import DataKey

TYPE_URL: Final = "type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey"
_KEY_ID: Final = 1  # raw prefix: the id never appears in the ciphertext
_SHA256: Final = 3


def keyset_json(data_key: DataKey) -> str:
    """Return a cleartext Tink JSON keyset that opens the object sealed with ``data_key``."""
    params = _number(1, fmt.SEGMENT_BYTES) + _number(2, fmt.KEY_BYTES) + _number(3, _SHA256)
    value = _bytes(2, params) + _bytes(3, data_key.raw)
    key = {
        "keyData": {
            "typeUrl": TYPE_URL,
            "value": b64encode(value).decode(),
            "keyMaterialType": "SYMMETRIC",
        },
        "status": "ENABLED",
        "keyId": _KEY_ID,
        "outputPrefixType": "RAW",
    }
    return json.dumps({"primaryKeyId": _KEY_ID, "key": [key]}, indent=2)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value
