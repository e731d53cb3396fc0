"""Exports over HTTP: they prove themselves, are written down, and end only when they are whole."""

import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientPayloadError

from gateway.review.exports.auditing import audit
from storage.ids import SubjectId
from storage.ledger.events import EventKind
from storage.ledger.log import Ledger
from tests.unit.gateway.api.conftest import Front
from tests.unit.gateway.api.reviewers import LOG, Reviewer, ada, log

__all__ = ["ada", "log"]


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "ocsf"])
@pytest.mark.parametrize("proof", ["included", "complete"])
async def test_a_bundle_over_http_proves_itself(
    ada: Reviewer, front: Front, log: SubjectId, ledger: Ledger, tmp_path: Path, form: str,
    proof: str,
) -> None:  # fmt: skip
    path = f"{LOG}/export?decision=allow&format={form}&proof={proof}"
    answer = await ada.program.get(path, headers=ada.key)
    assert (answer.status, answer.content_type) == (200, "application/zip")
    assert "transfer-log-3.zip" in answer.headers["Content-Disposition"]
    (tmp_path / "export.zip").write_bytes(await answer.read())
    found = audit(tmp_path / "export.zip", ledger.key)
    assert (found.rows, found.checkpoint.size) == (2, 3)
    assert found.complete is (proof == "complete")
    notes = [
        note.about
        for note in front.journal.notes.values()
        if note.happening is EventKind.LEDGER_EXPORTED
    ]
    assert [note["stage"] for note in notes] == ["begun", "completed"]
    assert notes[1]["sha256"] == found.manifest.sha256


async def test_entries_alone_are_for_pipes(ada: Reviewer, log: SubjectId) -> None:
    path = f"{LOG}/export?proof=none&format=csv&dst=DE"
    answer = await ada.program.get(path, headers=ada.key)
    assert answer.content_type == "text/csv"
    assert answer.headers["Drawbridge-Log-Size"] == "3"
    assert len((await answer.text()).splitlines()) == 3


async def test_an_export_that_cannot_be_told_at_its_end_has_no_end(
    ada: Reviewer, front: Front, log: SubjectId, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = front.journal.write

    async def breaking(note: Any, *, key: str) -> Any:
        if note.about.get("stage") == "completed":
            front.journal.broken = True
        return await write(note, key=key)

    monkeypatch.setattr(front.journal, "write", breaking)
    answer = await ada.program.get(f"{LOG}/export", headers=ada.key)
    with pytest.raises(ClientPayloadError):
        await answer.read()


async def test_a_format_or_proof_that_is_none_is_refused(ada: Reviewer) -> None:
    assert (await ada.get("export?format=docx", 422))["type"] == "/problems/format-unknown"
    await ada.get("export?proof=yes", 422)


async def test_a_format_whose_library_is_missing_is_refused_before_anything_leaves(
    ada: Reviewer, front: Front, log: SubjectId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    refused = await ada.get("export?format=parquet", 501)
    assert "pip install" in refused["title"]
    assert EventKind.LEDGER_EXPORTED not in front.journal.kinds()
