"""``drawbridge send``: upload, inspect, review, approve, hand over; one command.

Room: gateway/cli. Every step is a call of the public API; nothing here knows the server's
inside. Without --approve it stops when the findings are there to be looked at.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.client import Client, ProblemError
from gateway.cli.options import DEFAULT_SERVER, AsJson, Server, Token, seconds
from gateway.cli.output import (
    CommandError,
    Exit,
    emit,
    emit_line,
    findings_table,
    people,
    transfer_progress,
    work_progress,
)

POLL_S = 0.25
INSPECTION_DEADLINE_S = 900.0
UNFINISHED = {"draft", "inspecting", "received"}


Code = Annotated[str | None, typer.Option("--code", help="An access code; tell it by another way.")]
ProfileName = Annotated[
    str, typer.Option("--profile", help="How strictly the drawings are cleaned.")
]


def send(
    files: Annotated[list[Path], typer.Argument(help="The drawings.", metavar="FILE...")],
    part: Annotated[str, typer.Option("--part", help="The part's name.", metavar="NAME")],
    description: Annotated[str, typer.Option("--description", help="What is to be made.")] = "",
    to: Annotated[
        str | None, typer.Option("--to", help="The partner it goes to.", metavar="PARTNER")
    ] = None,
    consent: Annotated[
        bool, typer.Option("--consent", help="Record your consent to this partner.")
    ] = False,
    approve: Annotated[
        bool, typer.Option("--approve", help="Approve what was found and release.")
    ] = False,
    expires: Annotated[str, typer.Option("--expires", help="How long the link lives.")] = "7d",
    opens: Annotated[
        int, typer.Option("--opens", help="How often the link may be opened.", min=1)
    ] = 1,
    code: Code = None,
    profile: ProfileName = "supplier",
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Upload drawings as one part, show what was found, and hand it to a partner.

    Exit 3: a drawing was refused, or the law or a missing consent forbids the transfer.
    """
    if approve and to is None:
        raise CommandError("--approve needs --to: say which partner receives the part.", Exit.USAGE)
    order = {"consent": consent, "expires_s": seconds(expires), "opens": opens, "partner": to}
    order |= {"code": code} if code else {}
    body = {"name": part, "description": description, "profile": profile}
    try:
        result = asyncio.run(
            _sent(Client(server, token), files, body, order if approve else None, as_json=as_json)
        )
    except ProblemError as error:
        raise CommandError(
            _with_reasons(error), Exit.REFUSED if error.status == 403 else Exit.ERROR
        ) from error
    _show(result, as_json=as_json)


async def _sent(
    client: Client,
    files: Sequence[Path],
    body: dict[str, Any],
    order: dict[str, Any] | None,
    *,
    as_json: bool,
) -> dict[str, Any]:
    async with client:
        uploads = await _upload_all(client, files)
        created = await client.call("POST", "api/v1/parts", body | {"uploads": uploads})
        inspected = await _inspected(client, created["id"])
        result = _result(inspected)
        _stop_if_refused(inspected, as_json=as_json, result=result)
        if order is not None:
            path = f"api/v1/parts/{created['id']}"
            approved = await client.call("POST", f"{path}/approve")
            result["state"] = approved["state"]
            handed = await client.call("POST", f"{path}/transfers", order)
            result |= {k: handed[k] for k in ("transfer", "link", "expires_at") if k in handed}
        return result


async def _upload_all(client: Client, files: Sequence[Path]) -> list[str]:
    # All are looked for before the first is sent, so that a slip costs no upload.
    for path in files:
        if not path.is_file():
            raise CommandError(f"{path.name} is not there, or is not a file; nothing was sent.")
    uploads = []
    with transfer_progress(people()) as progress:
        for path in files:
            task = progress.add_task(path.name, total=path.stat().st_size)
            uploads.append(
                await client.upload(path, lambda done, t=task: progress.update(t, completed=done))  # type: ignore[misc]
            )
    return uploads


async def _inspected(client: Client, part: str) -> dict[str, Any]:
    with work_progress(people()) as progress:
        progress.add_task("cleaning and proving")
        try:
            async with asyncio.timeout(INSPECTION_DEADLINE_S):
                while True:
                    shown: dict[str, Any] = await client.call("GET", f"api/v1/parts/{part}")
                    if shown["state"] not in UNFINISHED:
                        return shown
                    await asyncio.sleep(POLL_S)
        except TimeoutError as error:
            sentence = f"Part {part} is still being inspected; look at it later in the console."
            raise CommandError(sentence) from error


def _result(part: dict[str, Any]) -> dict[str, Any]:
    findings = [
        {"file": drawing["filename"], **finding}
        for drawing in part["drawings"]
        for finding in (drawing.get("report") or {}).get("findings", [])
    ]
    findings += [{"file": None, **finding} for finding in part.get("description_findings", [])]
    return {
        "part": part["id"],
        "state": part["state"],
        "transfer": None,
        "link": None,
        "findings": findings,
    }


def _stop_if_refused(part: dict[str, Any], *, as_json: bool, result: dict[str, Any]) -> None:
    refused = [d for d in part["drawings"] if d["state"] in {"refused", "failed"}]
    if not refused:
        return
    reasons = []
    for drawing in refused:
        reason = (drawing.get("report") or {}).get("reason") or {}
        reasons.append(f"{drawing['filename']}: {reason.get('sentence', drawing['state'])}")
    if as_json:
        emit(result | {"refused": reasons})
    raise CommandError("Refused. " + " ".join(reasons), Exit.REFUSED)


def _with_reasons(error: ProblemError) -> str:
    decision = error.document.get("decision") or {}
    told = [
        f"{reason['sentence']} {reason['about']}".strip() for reason in decision.get("reasons", [])
    ]
    told += [f"What would help: {remedy}" for remedy in decision.get("what_would_change", [])]
    return " ".join([error.sentence, *dict.fromkeys(told)])


def _show(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(result)
        return
    console = people()
    if result["findings"]:
        console.print(findings_table(result["findings"]))
    if result["link"]:
        emit_line(result["link"])
    else:
        console.print(f"Part {result['part']} waits for your review; approve it in the console.")
