"""Where sealed drawings and the root key are kept: the settings an operator changes first.

Room: config. Pure. Part of config.settings; see there.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

MIB: Final = 1024 * 1024
GIB: Final = 1024 * MIB


class BlobKeeper(StrEnum):
    """Where sealed drawings are kept."""

    FILESYSTEM = "filesystem"  # below data_dir
    S3 = "s3"


class Custody(StrEnum):
    """What stands round the root key."""

    FILE = "file"  # its file's mode, and nothing else
    PASSPHRASE = "passphrase"  # noqa: S105  (a kind, no secret)
    VAULT = "vault"
    KMS = "kms"


class Table(BaseModel):
    """A table of the configuration file: frozen, and every name in it is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Blobs(Table):
    """Where sealed drawings are kept; keys and databases stay in data_dir whatever is said here."""

    keeper: BlobKeeper = BlobKeeper.FILESYSTEM
    """`filesystem` (in data_dir), or `s3`: a bucket with conditional writes (If-None-Match)."""

    endpoint: Annotated[str, Field(pattern=r"^[A-Za-z0-9.\-\[\]:]+$")] | None = None
    """Host and port of the S3 server, without a scheme."""

    bucket: str = "drawbridge"
    """The bucket; it must be there, and should be nobody else's."""

    prefix: Annotated[str, Field(max_length=200, pattern=r"^([\w.-]+/)*$")] = ""
    """What the objects' names begin with, for gateways that share a bucket; ends with a slash."""

    region: str | None = None
    """The bucket's region; asked of the server when not given."""

    access_key: str | None = None
    """Who asks the S3 server."""

    secret_key: SecretStr | None = None
    """Its secret; better in a file."""

    secret_key_file: Path | None = None
    """A file with the secret and nothing else, readable by the service only."""

    secure: bool = True
    """Whether to speak TLS; without it only to a server on the same machine."""

    part_bytes: Annotated[int, Field(ge=5 * MIB, le=GIB)] = 8 * MIB
    """How much of a long object is sent at once, and held in memory for each running upload."""

    @property
    def said_secret_key(self) -> str | None:
        """The secret, in clear, where it was not put into a file."""
        return self.secret_key.get_secret_value() if self.secret_key else None

    @model_validator(mode="after")
    def _s3_is_described(self) -> "Blobs":
        if self.keeper is not BlobKeeper.S3:
            return self
        if self.endpoint is None or self.access_key is None:
            raise ValueError("blobs.endpoint and blobs.access_key must be set for s3")
        if (self.secret_key is None) == (self.secret_key_file is None):
            raise ValueError("one of blobs.secret_key and blobs.secret_key_file must be set for s3")
        return self


class Keys(Table):
    """The root key, which opens everybody's keys."""

    custody: Custody = Custody.FILE
    """`file`: a file of mode 0600. `passphrase`: the file is sealed under one (Argon2id). `vault`:
    it is sealed by the Transit engine of OpenBao or HashiCorp Vault, which must answer at start.
    `kms`: the same with AWS KMS; needs drawbridge-gateway[kms]."""

    suites_file: Path | None = None
    """A table of the formats objects are sealed in and their last days; by default suites.toml of
    the gateway. Nothing new is sealed in one whose last day is over, or that is not in it."""

    passphrase: SecretStr | None = None
    """The passphrase; better in a file."""

    passphrase_file: Path | None = None
    """A file with the passphrase and nothing else, readable by the service only."""

    vault_url: Annotated[str, Field(pattern=r"^https?://[^?#]+$")] | None = None
    """Where the Transit engine answers, as https://vault.example:8200."""

    vault_mount: str = "transit"
    """Where the engine is mounted."""

    vault_key: str = "drawbridge"
    """The name of the key in the engine; made by the operator, type aes256-gcm96."""

    vault_namespace: str | None = None
    """The namespace, where there are some."""

    vault_token_file: Path | None = None
    """A file with a token that may encrypt and decrypt with that key, and nothing else."""

    vault_ca_file: Path | None = None
    """Certificates that the engine's is checked with; by default those of the system."""

    kms_key: str | None = None
    """The symmetric key in KMS: its id, ARN or alias (alias/drawbridge)."""

    kms_region: str | None = None
    """The key's region; as AWS's own tools find it when not given."""

    kms_profile: str | None = None
    """The profile in AWS's own files that says who asks; by default a role, or the instance's."""

    kms_endpoint: Annotated[str, Field(pattern=r"^https?://[^?#]+$")] | None = None
    """Where KMS answers, if not where its region does: a VPC endpoint, another server."""

    @property
    def said_passphrase(self) -> str | None:
        """The passphrase, in clear, where it was not put into a file."""
        return self.passphrase.get_secret_value() if self.passphrase else None

    @model_validator(mode="after")
    def _custody_is_described(self) -> "Keys":
        if self.custody is Custody.PASSPHRASE and (
            (self.passphrase is None) == (self.passphrase_file is None)
        ):
            raise ValueError("one of keys.passphrase and keys.passphrase_file must be set")
        if self.custody is Custody.VAULT and None in (self.vault_url, self.vault_token_file):
            raise ValueError("keys.vault_url and keys.vault_token_file must be set for vault")
        if self.custody is Custody.KMS and self.kms_key is None:
            raise ValueError("keys.kms_key must be set for kms")
        return self
