"""Small laws to decide by, and facts that one of them allows."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.policy.facts import Consent, Facts
from gateway.policy.pack import Law, read

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

COUNTRIES = """
[names]
AA = "Aland"
BB = "Beland"
CC = "Celand"
DD = "Deland"
[groups]
PAIR = ["AA", "BB"]
"""
SOURCE = """
[[source]]
id = "act"
title = "The Act"
issuer = "Parliament"
url = "https://law.example/act"
effective_from = 2020-01-01
grade = "A"
[[document]]
id = "PAPER"
title = "A paper"
"""
RULE: Mapping[str, str] = {
    "id": '"way"',
    "title": '"A way"',
    "from": '["AA"]',
    "to": '["BB"]',
    "mechanism": '"MECHANISM"',
    "consent": "true",
    "documents": '["PAPER"]',
    "attested": '["harmless"]',
    "max_persons": "10",
    "effective_from": "2026-01-01",
    "effective_to": "2026-12-31",
    "review_by": "2026-09-01",
    "grade": '"A"',
    "source": '[{ id = "act", pin = "1" }]',
}


def rule(**changes: str | None) -> str:
    """Return a rule's TOML; None leaves a key out."""
    keys = {**RULE, **{key.rstrip("_"): value for key, value in changes.items()}}
    lines = [f"{key} = {value}" for key, value in keys.items() if value is not None]
    return "\n".join(["[[rule]]", *lines, ""])


def pack(*rules: str, name: str = "one", kind: str = "law", more: str = SOURCE) -> bytes:
    """Return one pack's TOML."""
    head = f'[pack]\nid = "{name}"\nversion = "1"\nkind = "{kind}"\ntitle = "Pack"\n'
    attests = '[handler]\nattests = ["harmless"]\n'
    return "\n".join([head, attests, more, *rules]).encode()


def law(*rules: str, **others: bytes) -> Law:
    """Return a law of one pack with these rules, and of other files."""
    files = {"countries.toml": COUNTRIES.encode(), "one.toml": pack(*(rules or (rule(),)))}
    return read(files | {f"{name}.toml": raw for name, raw in others.items()})


def facts(**changes: Any) -> Facts:
    """Return facts that ``rule()`` allows, but for ``changes``."""
    good: dict[str, Any] = {
        "origin": "AA",
        "destination": "BB",
        "now": NOW,
        "partner_blocked": False,
        "released": True,
        "consent": Consent("making", "notice", NOW),
        "categories": frozenset({"drawing"}),
        "documents": {"PAPER": NOW.date()},
        "attested": frozenset({"harmless"}),
        "persons": 10,
        "cleaned": True,
    }
    return Facts(**(good | changes))
