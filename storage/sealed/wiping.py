"""Secrets overwritten where they lie: what Python forgets by itself, it leaves readable.

Room: storage/sealed. Touches memory: CPython keeps the bytes of a ``bytes`` object at the end of
it, and a freed object keeps them until something else is put there, which may be never.

This is as far as Python allows: what a library copied for itself is the library's to overwrite
(OpenSSL does), and what was in a ``str``, in JSON or on the way to a key server is beyond reach.
Other implementations than CPython are left alone.
"""

import ctypes
import sys
from typing import Final

_CPYTHON: Final = sys.implementation.name == "cpython"
# An object's fixed part, less the zero that follows the last byte.
_BEFORE_BYTES: Final = bytes.__basicsize__ - 1
# CPython shares the empty object and those of one byte; nothing of ours is as short as a block.
_LEAST_BYTES: Final = 16


def wipe(*secrets: bytes | bytearray) -> None:
    """Overwrite secrets with zeros, in place: whoever still holds one holds zeros.

    Only for objects that were made for the secret and are held by the caller alone.

    Raises:
        ValueError: one is too short to be a secret, and may be everybody's.
    """
    for secret in secrets:
        if len(secret) < _LEAST_BYTES:
            raise ValueError("this is no secret")
        if isinstance(secret, bytearray):
            secret[:] = bytes(len(secret))
        elif _CPYTHON:
            ctypes.memset(id(secret) + _BEFORE_BYTES, 0, len(secret))
