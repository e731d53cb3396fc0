"""``drawbridge policy``: ask the law packs, offline, what a route needs.

Room: gateway/cli. Loads the packs as the gateway does and calls the same pure decision.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from config.packs import read_law
from gateway.cli.options import AsJson
from gateway.cli.output import CommandError, Exit, emit, people
from gateway.policy.decision import Decision, decide
from gateway.policy.facts import Consent, Facts
from gateway.policy.pack import Law, read

commands = typer.Typer(no_args_is_help=True, help="The law packs: what a way needs, and why.")

LawDir = Annotated[
    Path | None,
    typer.Option("--law", help="A directory of law packs; by default the gateway's own."),
]
ASSUMED = "assumed by this question"


@commands.command("explain")
def explain(
    origin: Annotated[str, typer.Option("--from", help="Where the gateway stands.", metavar="CC")],
    to: Annotated[str, typer.Option("--to", help="Where the partner is.", metavar="CC")],
    consent: Annotated[
        bool, typer.Option("--consent", help="Assume the consent is there.")
    ] = False,
    document: Annotated[
        list[str] | None,
        typer.Option("--document", help="A paper on file; may be said again.", metavar="ID"),
    ] = None,
    persons: Annotated[
        int, typer.Option("--persons", help="Persons whose data went abroad this year.", min=0)
    ] = 1,
    on: Annotated[
        datetime | None,
        typer.Option("--on", help="Decide as on this day (UTC).", formats=["%Y-%m-%d"]),
    ] = None,
    uncleaned: Annotated[
        bool, typer.Option("--uncleaned", help="Assume that cleaning was waived for a drawing.")
    ] = False,
    law: LawDir = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a part may go this way, by which rule, and what would change it.

    Everything else is assumed to be in order: the part is released, the partner not blocked.
    Exit 3 when it may not go.
    """
    packs = read(read_law(law))
    asked = _facts(packs, (origin.upper(), to.upper()), document or [], on)
    given = asked.consent if consent else None
    facts = replace(asked, persons=persons, consent=given, cleaned=not uncleaned)
    decision = decide(facts, packs)
    if as_json:
        emit(_document(decision))
    else:
        _show(decision, packs)
    if not decision.allowed:
        raise typer.Exit(Exit.REFUSED)


@commands.command("packs")
def packs(law: LawDir = None, as_json: AsJson = False) -> None:
    """List the law packs with their versions and hashes."""
    loaded = read(read_law(law))
    found = [
        {
            "id": pack.head.id,
            "version": pack.head.version,
            "kind": pack.head.kind,
            "title": pack.head.title,
            "rules": len(pack.routes),
            "sha256": pack.sha256,
        }
        for pack in loaded.packs
    ]
    if as_json:
        emit({"sha256": loaded.sha256, "countries": len(loaded.countries), "packs": found})
        return
    table = Table("id", "version", "kind", "rules", "title", "sha256", box=None)
    for pack in found:
        table.add_row(
            *(str(pack[key]) for key in ("id", "version", "kind", "rules", "title")),
            str(pack["sha256"])[:16],
        )
    people().print(table)
    people().print(f"{len(loaded.countries)} countries and regions; law {loaded.sha256}")


def _facts(packs: Law, way: tuple[str, str], papers: Sequence[str], on: datetime | None) -> Facts:
    if not set(papers) <= packs.documents.keys():
        known = ", ".join(sorted(packs.documents))
        raise CommandError(f"No law pack knows this paper. Known: {known}.", Exit.USAGE)
    now = datetime.now(UTC) if on is None else on.replace(tzinfo=UTC)
    return Facts(
        origin=way[0],
        destination=way[1],
        now=now,
        partner_blocked=False,
        released=True,
        consent=Consent(ASSUMED, ASSUMED, now),
        categories=frozenset({"drawing", "description"}),
        documents=dict.fromkeys(papers, date.max),
        attested=packs.attests,
        cleaned=True,
    )


def _document(decision: Decision) -> dict[str, Any]:
    return {
        "allowed": decision.allowed,
        "from": decision.origin,
        "to": decision.destination,
        "mechanism": decision.mechanism,
        "basis": decision.basis,
        "policy": decision.policy,
        "law_sha256": decision.law_sha256,
        "sources": list(decision.sources),
        "reasons": [
            {
                "code": one.code,
                "sentence": one.sentence,
                "rule": one.rule,
                "about": one.about,
                "source": one.source,
            }
            for one in decision.reasons
        ],
        "what_would_change": list(decision.what_would_change),
    }


def _show(decision: Decision, law: Law) -> None:
    console = people()
    way = " to ".join(
        law.countries.get(code or "", code or "?")
        for code in (decision.origin, decision.destination)
    )
    console.print(f"{way}: {'may go' if decision.allowed else 'may not go'}", markup=False)
    if decision.allowed:
        console.print(f"by {decision.mechanism} ({decision.basis})", markup=False)
    for source in decision.sources:
        console.print(f"  {source}", markup=False)
    for reason in decision.reasons:
        about = f" [{reason.about}]" if reason.about else ""
        console.print(f"- {reason.sentence}{about}", markup=False)
        if reason.source:
            console.print(f"  {reason.rule}: {reason.source}", markup=False)
    for remedy in decision.what_would_change:
        console.print(f"What would help: {remedy}", markup=False)
