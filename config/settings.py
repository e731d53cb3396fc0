"""Every setting there is, its unit, its default, and why.

Room: config. Pure. Read by config.loading, handed round by gateway.assembly and the command line.
docs/reference/settings.md is generated from this file, and a test compares them.
"""

from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from config.keeping import GIB, MIB, Blobs, Keys, Table
from config.watching import Alerts, Forwarding, Mail, Notify, Observing
from config.witnessing import Witnesses

ENV_PREFIX: Final = "DRAWBRIDGE_"

HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S


class LedgerStore(StrEnum):
    """Where the log of transfers is kept."""

    AUTO = "auto"
    FILE = "file"
    DATABASE = "database"


class Role(StrEnum):
    """What a node does."""

    ALL = "all"
    INTAKE = "intake"  # receives and seals; holds public keys only


class Sandbox(Table):
    """Limits on the processes that read hostile files."""

    memory_bytes: Annotated[int, Field(ge=256 * MIB)] = 2 * GIB
    """Address space of one worker: an assembly of 100 MB unfolds to about a gigabyte."""

    deadline_s: Annotated[float, Field(gt=0, le=HOUR_S)] = 180.0
    """Wall-clock time for one file; the worker is killed after it."""

    parallel: Annotated[int, Field(ge=1, le=64)] = 2
    """How many files are worked on at once; each takes a core and its memory."""

    strict: bool = False
    """Whether the start fails where the kernel cannot raise every wall (see /readyz)."""


class Previews(Table):
    """Pictures of drawings for the people who review them."""

    enabled: bool = True
    """Whether pictures are drawn; without them reviewers see findings and proofs only."""

    memory_bytes: Annotated[int, Field(ge=GIB)] = 3 * GIB
    """Address space of the worker that draws; about a gigabyte of it are the renderers."""

    deadline_s: Annotated[float, Field(gt=0, le=HOUR_S)] = 60.0
    """Wall-clock time for one picture; what takes longer has none."""


class Uploads(Table):
    """Resumable uploads."""

    max_bytes: Annotated[int, Field(ge=1)] = 5 * GIB
    """The longest single drawing; announced as Tus-Max-Size."""

    quota_bytes: Annotated[int, Field(ge=1)] = 50 * GIB
    """What one account may have uploaded without having made a part of it."""

    max_open: Annotated[int, Field(ge=1)] = 1000
    """How many uploads one account may have without having made a part of them."""

    expiry_s: Annotated[int, Field(ge=60)] = DAY_S
    """How long an upload that nobody makes a part of is kept."""

    chunk_bytes: Annotated[int, Field(ge=64 * 1024)] = 64 * MIB
    """After so many bytes a running request is made durable: what a crash can cost at most."""

    idle_s: Annotated[float, Field(gt=0)] = 60.0
    """How long a client may send nothing before what arrived is kept and the request ended."""

    handover_s: Annotated[float, Field(gt=0, le=120)] = 20.0
    """How long a new request waits for the one it replaces to save what it has."""

    free_floor_bytes: Annotated[int, Field(ge=0)] = 512 * MIB
    """Free disk space below which nothing is taken in, so that databases can still commit."""


class Parts(Table):
    """Parts and the drawings in them."""

    max_drawings: Annotated[int, Field(ge=1, le=1000)] = 100
    """How many drawings one part may have."""

    max_attempts: Annotated[int, Field(ge=1, le=20)] = 3
    """How often a drawing is tried whose worker failed, before it counts as failed."""

    original_retention_s: Annotated[int, Field(ge=0)] = DAY_S
    """How long an original may wait for approval before it is destroyed (promise P5)."""


class Links(Table):
    """Links to partners, and the download sessions they open."""

    lifetime_s: Annotated[int, Field(ge=60, le=30 * DAY_S)] = 7 * DAY_S
    """How long a link can be opened when its sender says nothing else."""

    opens: Annotated[int, Field(ge=1, le=100)] = 1
    """How often a link can be opened when its sender says nothing else."""

    lease_s: Annotated[int, Field(ge=60, le=7 * DAY_S)] = DAY_S
    """How long a download session lives; resuming needs no second opening."""

    code_attempts: Annotated[int, Field(ge=1, le=20)] = 5
    """How many wrong access codes end a link."""


class Sessions(Table):
    """Browser sessions, invitations and logins."""

    idle_s: Annotated[int, Field(ge=60)] = 30 * 60
    """A session unused for so long ends."""

    absolute_s: Annotated[int, Field(ge=60)] = 12 * HOUR_S
    """Every session ends after so long."""

    invitation_s: Annotated[int, Field(ge=60, le=30 * DAY_S)] = 3 * DAY_S
    """How long a one-time link waits for the person it was made for."""

    login_attempts: Annotated[int, Field(ge=1, le=100)] = 5
    """Wrong passwords before an account must wait."""

    login_wait_s: Annotated[int, Field(ge=1)] = 15 * 60
    """How long it must wait then."""


class Ledger(Table):
    """The log of transfers."""

    publish_every_s: Annotated[float, Field(gt=0, le=HOUR_S)] = 10.0
    """How often a checkpoint is signed when there are new entries."""

    store: LedgerStore = LedgerStore.AUTO
    """In a "file" (ledger.sqlite in data_dir; one gateway), or in the "database" of database_url, a
    PostgreSQL one, so that several gateways write one log. "auto" is that database, unless the
    file is there already."""

    origin: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-*,-~]+$")] = (
        "drawbridge"
    )
    """The log's name in its checkpoints: printable, without spaces or plus signs."""

    signed_file: Path | None = None
    """Where the checkpoint is remembered that was handed out last; by default ledger.signed in
    data_dir. Best on another disk, and in no backup: it tells when the log was brought back."""

    witnesses: Witnesses = Witnesses()


class Settings(Table):
    """The whole configuration, checked once at start and frozen."""

    data_dir: Path = Path("drawbridge-data")
    """Where databases, keys and sealed drawings live (mode 0700)."""

    host: str = "127.0.0.1"
    """The address to listen on. Beyond this machine, put a TLS proxy before the gateway."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """The TCP port to listen on; 0 picks a free one."""

    admin_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    """TCP port for metrics, on loopback only; 0 picks a free one; without it there are none."""

    public_url: str | None = None
    """How people reach the gateway; links begin with it. By default http://host:port."""

    role: Role = Role.ALL
    """`all`, or `intake` for a node that receives and seals and can open nothing."""

    database_url: str | None = None
    """SQLAlchemy URL (sqlite+aiosqlite, postgresql+asyncpg); by default SQLite in data_dir."""

    origin_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "CN"
    """Where this gateway stands and its handler sits (ISO 3166-1 alpha-2)."""

    law_dir: Path | None = None
    """A directory of law packs in TOML; by default those of the gateway."""

    shutdown_s: Annotated[float, Field(gt=0, le=300)] = 10.0
    """How long running requests may take to end when the gateway stops."""

    keys: Keys = Keys()
    blobs: Blobs = Blobs()
    sandbox: Sandbox = Sandbox()
    previews: Previews = Previews()
    uploads: Uploads = Uploads()
    parts: Parts = Parts()
    links: Links = Links()
    sessions: Sessions = Sessions()
    ledger: Ledger = Ledger()
    observing: Observing = Observing()
    alerts: Alerts = Alerts()
    mail: Mail = Mail()
    notify: Notify = Notify()
    forwarding: Forwarding = Forwarding()

    @field_validator("public_url")
    @classmethod
    def _public_url_is_an_origin(cls, value: str | None) -> str | None:
        if not value:
            return None
        url = urlsplit(value)
        if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
            raise ValueError("must be like https://transfer.example, without query or fragment")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database_is_supported(cls, value: str | None) -> str | None:
        if value and not value.startswith(("sqlite+aiosqlite:", "postgresql+asyncpg:")):
            raise ValueError("must begin with sqlite+aiosqlite: or postgresql+asyncpg:")
        return value or None

    @model_validator(mode="after")
    def _sessions_end_in_order(self) -> "Settings":
        if self.sessions.idle_s > self.sessions.absolute_s:
            raise ValueError("sessions.idle_s must not be longer than sessions.absolute_s")
        return self

    @property
    def rows_url(self) -> str:
        """The database of the rows."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'rows.sqlite'}"

    def address(self, port: int) -> str:
        """Return the URL people use, when the gateway listens on ``port``."""
        if self.public_url:
            return self.public_url
        host = self.host
        try:
            parsed = ip_address(host)
        except ValueError:
            return f"http://{host}:{port}"
        if parsed.is_unspecified:
            host = "127.0.0.1"
        elif parsed.version == 6:
            host = f"[{host}]"
        return f"http://{host}:{port}"
