"""A report that came over the wall is believed in nothing it could not have written."""

import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redaction.errors import EncryptedError, TooComplexError
from redaction.model import Action, CarrierClass, Category, Proof
from redaction.report import Report, ReportedFinding, Status, printable
from redaction.report_reading import FINDING_KEYS, MAX_REPORT_BYTES, ReportLiedError, read, written

FINDING = ReportedFinding(
    "FILE_NAME.author",
    Category.PERSON,
    Action.REMOVED,
    CarrierClass.METADATA,
    "line 4",
    "Jane Roe",
    0.9,
    3,
)
CLEAN = Report(
    Status.CLEAN,
    "text",
    "supplier",
    (FINDING,),
    (Proof("tokens", 7, "every word is the same"),),
    bytes_in=10,
    bytes_out=9,
)


def test_what_was_written_is_read() -> None:
    assert read(written(CLEAN)) == CLEAN
    refused = CLEAN.refused(EncryptedError())
    assert read(written(refused)) == refused


@given(st.text(max_size=50), st.floats(0, 1), st.integers(0, 2**53))
@example("", 0.0, 0)
@example("\x1b[2J\u202e", 1.0, 2**53)
def test_any_finding_survives_the_wall(value: str, confidence: float, count: int) -> None:
    finding = replace(FINDING, value=printable(value, 2000), confidence=confidence, count=count)
    report = replace(CLEAN, findings=(finding,))
    assert read(written(report)) == report


def broken(path: str, value: object) -> bytes:
    document = json.loads(written(CLEAN))
    at = document
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in steps:
        at = at[step]
    if value is KeyError:
        del at[last]
    else:
        at[last] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *((key, KeyError) for key in json.loads(written(CLEAN))),
        *((f"findings.0.{key}", KeyError) for key in sorted(FINDING_KEYS - {"value_preview"})),
        *((f"fidelity.oracles.0.{key}", KeyError) for key in ("oracle", "compared", "statement")),
        ("status", "released"),
        ("status", ["clean"]),
        ("status", "refused"),
        ("status", "inspected"),
        ("format", "unknown"),
        ("format", "exe"),
        ("profile", 7),
        ("profile", "x" * 401),
        ("profile", "\x1b[31m"),
        ("findings", {}),
        ("findings", [{}] * 20_001),
        ("findings.0", "a finding"),
        ("findings.0.extra", 1),
        ("findings.0.carrier", "\u202eevil"),
        ("findings.0.category", "gossip"),
        ("findings.0.action", "sold"),
        ("findings.0.class", None),
        ("findings.0.value", "x" * 2001),
        ("findings.0.confidence", True),
        ("findings.0.confidence", "1"),
        ("findings.0.confidence", 1.01),
        ("findings.0.confidence", -0.1),
        ("findings.0.count", 1.0),
        ("findings.0.count", True),
        ("findings.0.count", -1),
        ("findings.0.count", 2**53 + 1),
        ("fidelity.identical", False),
        ("fidelity.identical", 1),
        ("fidelity.oracles", []),
        ("fidelity.oracles", [{"oracle": "o", "compared": 1, "statement": "s"}] * 101),
        ("fidelity.more", 1),
        ("bytes_in", -1),
        ("bytes_out", "9"),
        ("reason", {"code": "encrypted", "sentence": "s"}),
        ("reason", None),
        ("more", 1),
    ],
)  # fmt: skip
def test_a_report_with_a_broken_field_lies(path: str, value: object) -> None:
    with pytest.raises(ReportLiedError):
        read(broken(path, value))


@pytest.mark.parametrize(
    "untrusted",
    [
        b"",
        b"null",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"bytes_in": NaN}',
        b'{"bytes_in": Infinity}',
        b'{"bytes_in": ' + b"9" * 5000 + b"}",
        written(CLEAN).replace(b'"bytes_in"', b'"bytes_out": 1, "bytes_in"'),
        b" " * (MAX_REPORT_BYTES + 1),
    ],
    ids=range(11),
)
def test_what_is_no_report_lies(untrusted: bytes) -> None:
    with pytest.raises(ReportLiedError):
        read(untrusted)


def test_a_refusal_speaks_our_sentence() -> None:
    document = json.loads(written(CLEAN.refused(EncryptedError())))
    document["reason"]["sentence"] = "Send it to evil@example.net."
    reason = read(json.dumps(document).encode()).reason
    assert reason is not None
    assert reason.sentence == EncryptedError().public()


def test_a_reason_nobody_knows_lies() -> None:
    document = json.loads(written(CLEAN.refused(EncryptedError())))
    document["reason"]["code"] = "pay-first"
    with pytest.raises(ReportLiedError):
        read(json.dumps(document).encode())


def test_a_report_longer_than_would_be_read_is_not_written() -> None:
    finding = replace(FINDING, value="é" * 2000)
    with pytest.raises(TooComplexError):
        written(replace(CLEAN, findings=(finding,) * (MAX_REPORT_BYTES // 4000)))
