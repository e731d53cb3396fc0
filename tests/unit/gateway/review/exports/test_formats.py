"""Every kind of entry, in every format, judged by what the format's own readers say."""

import csv
import io
import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
import ocsf_json_schema
import pytest
from pyarrow import parquet as arrow_parquet

from gateway.review.exports import ocsf, parquet
from gateway.review.exports.formats import FORMATS
from gateway.review.exports.lines import FORMULA, cell
from gateway.review.exports.row import Row, rows_of
from storage.ledger.errors import NotValidError
from storage.ledger.leaf import decode
from tests.unit.gateway.review.leaves import KINDS, leaf

ORIGIN = "gateway.example/transfers"
ROWS = rows_of((number, leaf(number)) for number in range(4 * len(KINDS)))
CLASSES = {
    ocsf.FILE_HOSTING: "file_hosting",
    ocsf.API_ACTIVITY: "api_activity",
    ocsf.DETECTION: "detection_finding",
    ocsf.DATA_SECURITY: "data_security_finding",
}


def written(form: str, rows: list[Row] = ROWS, at_once: int = 7) -> bytes:
    encoder = FORMATS[form].encoder(ORIGIN)
    pieces = [encoder.encode(rows[at : at + at_once]) for at in range(0, len(rows), at_once)]
    return b"".join([encoder.begin(), *pieces, encoder.end()])


def lines(form: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written(form).splitlines()]


@pytest.mark.parametrize("form", FORMATS)
def test_it_does_not_matter_in_which_pieces_entries_come(form: str) -> None:
    if form != "parquet":
        assert written(form, at_once=1) == written(form, at_once=1000)
    assert written(form, []) is not None


def test_json_lines_keep_the_exact_bytes() -> None:
    for row, line in zip(ROWS, lines("jsonl"), strict=True):
        assert line["entry"].encode() == row.raw
        decoded = decode(row.raw)
        assert (line["index"], line["leaf_hash"]) == (row.number, row.leaf_hash)
        assert (line["kind"], line["at"]) == (decoded.kind.value, decoded.at)
        assert {name: line[name] for name in decoded.facts} == decoded.facts


def test_csv_is_read_back_by_a_csv_reader() -> None:
    text = written("csv").decode()
    for row, line in zip(ROWS, csv.DictReader(io.StringIO(text, newline="")), strict=True):
        decoded = decode(row.raw)
        assert line["index"] == str(row.number)
        for name, value in decoded.facts.items():
            assert line[name] == (value or "")
    assert '"gdpr.46,2"' in text


@pytest.mark.parametrize("beginning", FORMULA)
def test_no_cell_is_a_formula(beginning: bytes) -> None:
    assert cell(b'"' + beginning + b'1+1"') == b"'" + beginning + b"1+1"
    assert cell(b'"' + beginning + b'1,1"') == b"\"'" + beginning + b'1,1"'
    assert cell(b'"DE"') == b"DE"
    assert cell(b"null") == b""


def test_parquet_has_times_texts_and_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 10)
    raw = written("parquet")
    file: Any = arrow_parquet.ParquetFile(io.BytesIO(raw))
    assert file.num_row_groups == -(-len(ROWS) // 10)
    table = file.read().to_pylist()
    assert [line["index"] for line in table] == [row.number for row in ROWS]
    assert [line["entry"].encode() for line in table] == [row.raw for row in ROWS]
    assert table[0]["at"].isoformat() == "2026-11-01T00:00:00+00:00"
    assert list(parquet.read(io.BytesIO(raw))) == [parquet.values(row) for row in ROWS]


@cache
def schema(class_uid: int) -> jsonschema_rs.Validator:
    published = ocsf_json_schema.get_ocsf_schema(ocsf.VERSION)
    made = ocsf_json_schema.OcsfJsonSchemaEmbedded(published)
    return jsonschema_rs.validator_for(made.get_class_schema(CLASSES[class_uid]))


def test_every_kind_is_an_event_that_ocsfs_own_schema_accepts() -> None:
    seen = set()
    for event in lines("ocsf"):
        schema(event["class_uid"]).validate(event)
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
        seen.add(event["class_uid"])
    assert seen == set(CLASSES)


def test_the_schema_would_say_no() -> None:
    """The judge of the test above judges: an event without its time is not accepted."""
    event = lines("ocsf")[0]
    del event["time"]
    with pytest.raises(jsonschema_rs.ValidationError):
        schema(event["class_uid"]).validate(event)


def test_ocsf_tells_downloads_from_denials() -> None:
    told = {event["status_detail"]: event for event in lines("ocsf")}
    assert told["download.completed"]["type_uid"] == 600602
    assert told["download.cut"]["status_id"] == 2
    assert told["transfer.denied"]["type_uid"] == 600617
    assert told["link.opened"]["type_uid"] == 600614
    assert told["alert.raised"]["class_uid"] == ocsf.DETECTION
    assert told["drawing.inspected"]["class_uid"] == ocsf.DATA_SECURITY


def test_cef_has_seven_fields_before_its_extension() -> None:
    for row, line in zip(ROWS, written("cef").decode().splitlines(), strict=True):
        header = re.split(r"(?<!\\)\|", line)
        assert header[0] == "CEF:0"
        assert len(header) == 8
        told = dict(re.findall(r"(\w+)=(.*?)(?= \w+=|$)", header[7]))
        facts = row.facts.told()
        assert told["act"] == facts["t"]
        assert told["cn1"] == str(row.number)
        assert told.get("cs1") == facts["basis"]
        assert told["rt"].isdigit()


def test_syslog_frames_are_as_long_as_they_say() -> None:
    data, frames = written("syslog"), []
    while data:
        length, _, data = data.partition(b" ")
        frames.append(data[: int(length)].decode())
        data = data[int(length) :]
    assert len(frames) == len(ROWS)
    shape = re.compile(
        r"<1(08|10)>1 \S+Z gateway\.example/transfers drawbridge - [a-z.-]+"
        r' \[xfer@32473( [a-z]+="[^"\\\]]*")+\]'
    )
    assert all(shape.fullmatch(frame) for frame in frames)
    assert f'idx="{ROWS[3].number}" leaf="{ROWS[3].leaf_hash}"' in frames[3]


def test_a_logs_name_cannot_end_the_host_field() -> None:
    frame = FORMATS["syslog"].encoder("a b\n<1>").encode(ROWS[:1])
    assert frame.split(b" ")[3] == b"a-b-<1>"


def test_cloud_events_have_what_they_must() -> None:
    for row, event in zip(ROWS, lines("cloudevents"), strict=True):
        assert (event["specversion"], event["id"]) == ("1.0", row.leaf_hash)
        assert event["source"] == ORIGIN
        assert event["type"].startswith("drawbridge.")
        assert event["data"] == json.loads(row.raw)


def test_ecs_tells_what_was_denied() -> None:
    allowed = {"creation", "deletion", "denied", "change", "access"}
    told = {event["event"]["action"]: event["event"] for event in lines("ecs")}
    assert {event["type"][0] for event in told.values()} == allowed
    assert told["transfer.denied"]["outcome"] == "failure"


def test_what_is_no_leaf_stops_an_export() -> None:
    with pytest.raises(NotValidError) as caught:
        rows_of([(0, leaf(0)), (1, b"{}")])
    assert caught.value.where == "entry 1"
