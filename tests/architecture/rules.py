"""The rules of the house as data: who may import whom, what is pure, who owns a library."""

from typing import Final

OURS: Final = ("config", "redaction", "storage", "gateway")

# A room may import itself and what stands here; the longest prefix decides.
ROOMS: Final[dict[str, set[str]]] = {
    "config": {"redaction.model"},
    "redaction": {"redaction.errors", "redaction.model"},
    "redaction.formats": {
        "redaction.carriers",
        "redaction.errors",
        "redaction.model",
        "redaction.fidelity",
        "redaction.text",
    },
    "redaction.carriers": {"redaction.errors", "redaction.model", "redaction.text"},
    "redaction.fidelity": {"redaction.errors", "redaction.model"},
    "redaction.text": {"redaction.errors", "redaction.model"},
    "redaction.engine": {"redaction"},
    "redaction.preview": {
        "redaction.errors",
        "redaction.model",
        "redaction.report",
        "redaction.report_reading",
        "redaction.sandbox",
        "redaction.sniff",
    },
    "redaction.sandbox": {"redaction"},
    "redaction.sweep": {"redaction.sweep_needles", "redaction.errors", "redaction.model"},
    "storage": {"storage.ids"},
    "storage.sealed": {"storage.ids", "storage.threads", "storage.blobs.contract"},
    "storage.blobs": {"storage.ids", "storage.threads"},
    "storage.rows": {"storage.ids"},
    "storage.ledger": {"storage.ids", "storage.threads"},
    "gateway": {"gateway", "storage", "redaction"},
    "gateway.assembly": {"gateway", "storage", "redaction", "config"},
    "gateway.cli": {"gateway", "storage", "redaction", "config"},
}

# Nobody in the gateway touches what parses hostile bytes: those cross a process boundary.
FORBIDDEN_TO_GATEWAY: Final = {
    "redaction.carriers",
    "redaction.formats",
    "redaction.engine",
    "redaction.preview.renderers",
    "redaction.preview.worker",
    "redaction.sandbox.worker",
    "redaction.sandbox.zygote",
}

# A library and the rooms that may import it.
LIBRARIES: Final[dict[str, set[str]]] = {
    "ahocorasick_rs": {"redaction.sweep"},
    "aiohttp": {"gateway"},
    "aiosmtplib": {"gateway.notify"},
    "alembic": {"storage.rows"},
    "argon2": {"gateway.identity"},
    "boto3": {"storage.sealed.kms"},
    "botocore": {"storage.sealed.kms"},
    "cryptography": {"storage.sealed", "storage.ledger"},
    "defusedxml": {"redaction.carriers", "redaction.formats", "redaction.preview.renderers"},
    "jinja2": {"gateway.console"},
    "magic": {"redaction.sniff"},
    "maxminddb": {"gateway.observing"},
    "minio": {"storage.blobs"},
    "phonenumbers": {"redaction.text"},
    "pikepdf": {"redaction.formats"},
    "PIL": {"redaction.carriers", "redaction.formats", "redaction.fidelity", "redaction.preview"},
    "prometheus_client": {"gateway.observability"},
    "pyarrow": {"gateway.review"},
    "pydantic": {"gateway.api", "gateway.policy", "config"},
    "pydantic_settings": {"config"},
    "pypdfium2": {"redaction.formats", "redaction.fidelity", "redaction.preview"},
    "rich": {"gateway.cli"},
    "sqlalchemy": {"storage.rows"},
    "standardwebhooks": {"gateway.notify"},
    "sqlite3": {"storage.sealed.keystore", "storage.ledger"},
    "structlog": {"gateway.observability"},
    "taskiq": {"gateway.intake"},
    "typer": {"gateway.cli"},
    "urllib3": {"storage.blobs", "storage.sealed.transit"},
    "uvloop": {"gateway.assembly", "gateway.cli"},
    "ezdxf": {"redaction.preview"},
    "fontTools": {"redaction.preview"},
    "numpy": {"redaction.preview"},
    "OCP": {"redaction.preview"},
    "pymupdf_fonts": {"redaction.preview"},
    "resvg_py": {"redaction.preview"},
    "trimesh": {"redaction.preview"},
    # Nobody: these read hostile bytes in ways that have bitten others.
    "pickle": set(),
    "xml": set(),
}

# Modules without I/O, clock or randomness.
PURE: Final = {
    "redaction.model",
    "redaction.errors",
    "redaction.carriers",
    "redaction.formats",
    "redaction.fidelity",
    "redaction.text",
    "redaction.sweep",
    "redaction.report",
    "redaction.engine",
    "storage.sealed.format",
    "storage.sealed.seal",
    "storage.sealed.unseal",
    "storage.sealed.seek",
    "storage.ledger.merkle",
    "storage.ledger.leaf",
    "storage.ledger.tiles",
    "storage.ledger.checkpoint",
    "storage.ledger.events",
    "storage.ledger.filtering",
    "storage.ledger.proof",
    "storage.ledger.skimming",
    "storage.ledger.spans",
    "storage.ledger.recount",
    "gateway.intake.tus",
    "gateway.intake.states",
    "gateway.policy",
}
IMPURE: Final = {
    "aiohttp",
    "asyncio",
    "os",
    "pathlib",
    "random",
    "secrets",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib.request",
}

MAX_FILE_LINES: Final = 300
MAX_FUNCTION_LINES: Final = 40  # without the docstring
BANNED_NAMES: Final = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
