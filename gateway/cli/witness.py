"""``drawbridge witness``: sign the checkpoints of another company's log.

Room: gateway/cli. A process and a directory of its own; see docs/how-to/run-a-witness.md.
"""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.ledger_sources import key_from, read
from gateway.cli.options import AsJson
from gateway.cli.output import CommandError, Exit, emit, emit_line, people
from storage.ledger.checkpoint import VerifyingKey
from storage.ledger.errors import PolicyError
from storage.ledger.policy import Policy

commands = typer.Typer(
    no_args_is_help=True, help="A witness: sign other companies' logs, so that they cannot fork."
)

State = Annotated[
    Path,
    typer.Option(
        "--state", envvar="DRAWBRIDGE_WITNESS_STATE", help="The witness' directory.", metavar="DIR"
    ),
]
Name = Annotated[
    str | None,
    typer.Option("--name", help="What it is called, for ever: like witness.example/w1."),
]


@commands.command("serve")
def serve(
    state: State,
    name: Name = None,
    log: Annotated[
        list[str] | None, typer.Option("--log", help="The vkey of a log, or a file with one.")
    ] = None,
    logs: Annotated[
        Path | None,
        typer.Option("--logs", help="A tlog-policy file; its logs are signed for.", metavar="FILE"),
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", help="Which port; 0 picks a free one.", min=0, max=65535)
    ] = 8322,
) -> None:
    """Sign the checkpoints of the given logs, each only if it has grown from the one before.

    The directory is made if it is not there, with two keys of its own. What was signed once is
    remembered there: never put back an older copy of it.
    """
    from gateway.assembly import witness

    known = _logs(log or [], logs)

    def ready(url: str) -> None:
        people().print(f"The witness is up at {url}/add-checkpoint for {len(known)} log keys")

    witness.serve(state, name, known, (host, port), ready)


@commands.command("keys")
def keys(
    state: State,
    name: Name = None,
    url: Annotated[
        str | None, typer.Option("--url", help="Where logs ask it, as written into the lines.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the witness' keys as lines of a tlog-policy, for the operators of logs."""
    from gateway.assembly.witness import NAME_FILE, cosigners_in
    from gateway.start import held

    # A witness that is at work holds its directory; only where keys are to be made it is ours.
    with nullcontext() if (state / NAME_FILE).exists() else held(state):
        public = [cosigner.public for cosigner in cosigners_in(state, name)]
    if as_json:
        emit({"name": public[0].name, "vkeys": [key.vkey for key in public]})
        return
    for key in public:
        label = f"{key.name}-{key.kind.name.lower().split('_')[0]}"
        emit_line(f"witness {label} {key.vkey}{f' {url}' if url else ''}")


def _logs(log: list[str], logs: Path | None) -> list[VerifyingKey]:
    known = [key_from(vkey) for vkey in log]
    if logs is not None:
        try:
            known += Policy.parse(read(logs)).logs
        except PolicyError as error:
            raise CommandError(f"That is no policy file: {error}") from error
    if not known:
        raise CommandError("Say for which logs: --log VKEY or --logs FILE.", Exit.USAGE)
    return known
