"""The names under which the cellar keeps things: random, meaning nothing, saying nothing.

Room: storage. Pure but for the randomness it is asked for.
"""

import secrets
from base64 import b32encode
from typing import NewType

ObjectId = NewType("ObjectId", str)  # one sealed object
SubjectId = NewType("SubjectId", str)  # one person, whose keys can be destroyed


def _random() -> str:
    return b32encode(secrets.token_bytes(20)).decode().lower()


def new_object_id() -> ObjectId:
    """Return a fresh object id: 160 random bits as 32 characters of [a-z2-7]."""
    return ObjectId(_random())


def new_subject_id() -> SubjectId:
    """Return a fresh subject id, of the same shape as an object id."""
    return SubjectId(_random())
