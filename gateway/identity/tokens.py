"""Secrets that are handed out once: made here, kept only as hashes.

Room: gateway/identity. Pure but for the randomness it is asked for. A token has 256 random bits,
so a fast hash without salt is enough: there is nothing to guess.
"""

import hashlib
import hmac
import secrets
from typing import Final

_CSRF_LABEL: Final = b"drawbridge csrf"
MAX_TOKEN_CHARS: Final = 128


def new_token(kind: str) -> str:
    """Return a fresh token; ``kind`` is its readable prefix, so that scanners can find leaks."""
    return f"{kind}_{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> str:
    """Return what is stored of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_token(session_token: str) -> str:
    """Return the token that the pages of a browser session send with what they change.

    It follows from the session's token, so it needs no storage, and does not lead back to it.
    """
    return hmac.digest(session_token.encode(), _CSRF_LABEL, "sha256").hex()


def same(given: str, expected: str) -> bool:
    """Return whether two tokens are equal, in a time that tells nothing."""
    return hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )
