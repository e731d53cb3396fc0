"""The words people agree to, in every language there is, and their hash.

Room: gateway/privacy. Pure: bytes of config/terms.toml in, texts out.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.errors import GatewayError

CONSENT: Final = "transfer-consent"
DOWNLOAD: Final = "download-terms"
WAIVER: Final = "waiver-terms"


class TermsInvalidError(GatewayError):
    """The file of notices and terms cannot be used: a text or its version is missing."""

    code = "terms-invalid"


@dataclass(frozen=True, slots=True)
class Terms:
    """One text with its translations, by language."""

    version: str
    texts: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """The hash of the version and of every language: what a consent is kept with."""
        whole = {"version": self.version, "texts": dict(self.texts)}
        written = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(written.encode()).hexdigest()


def read(raw: bytes) -> Mapping[str, Terms]:
    """Return every text by its name.

    Raises:
        TermsInvalidError: not TOML, or one of those that must be there is not, or says nothing.
    """
    try:
        tables = tomllib.loads(raw.decode("utf-8"))
        found = {
            name: Terms(
                str(table["version"]),
                {key: str(text).strip() for key, text in table.items() if key != "version"},
            )
            for name, table in tables.items()
        }
        if not all(found[name].texts["en"] for name in (CONSENT, DOWNLOAD, WAIVER)):
            raise TermsInvalidError
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TermsInvalidError from error
    return found
