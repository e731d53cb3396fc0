"""The table of commands, and the last line of defence before the shell.

Room: gateway/cli. Commands raise; here, and only here, what they raise becomes a sentence on
stderr and an exit code (gateway.cli.output.Exit). A traceback quotes the data it choked on,
so none is ever shown.
"""

import sys
from collections.abc import Callable, Mapping
from inspect import cleandoc
from typing import Final

import typer

from config.errors import ConfigurationError
from gateway.backup.errors import RefusedError
from gateway.cli import (
    backup,
    doctor,
    fetch,
    keys,
    ledger,
    partners,
    parts,
    policy,
    preview,
    scrub,
    send,
    serve,
    subjects,
    witness,
    words,
)
from gateway.cli.output import CommandError, Exit, people
from gateway.errors import GatewayError
from redaction.errors import RedactionError

COMMANDS: Final[Mapping[str, Callable[..., None]]] = {
    "scrub": scrub.scrub,
    "inspect": scrub.inspect,
    "preview": preview.preview,
    "inspect-text": words.inspect_text,
    "serve": serve.serve,
    "send": send.send,
    "fetch": fetch.fetch,
    "doctor": doctor.doctor,
    "backup": backup.backup,
    "restore": backup.restore_command,
}
GROUPS: Final[Mapping[str, typer.Typer]] = {
    "partners": partners.commands,
    "parts": parts.commands,
    "policy": policy.commands,
    "keys": keys.commands,
    "subjects": subjects.commands,
    "ledger": ledger.commands,
    "witness": witness.commands,
}


def application() -> typer.Typer:
    """Return the command line as typer runs it."""
    app = typer.Typer(
        name="drawbridge",
        help="Send design drawings without sending the people in them.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name, command in COMMANDS.items():
        app.command(name)(command)
    for name, group in GROUPS.items():
        app.add_typer(group, name=name)
    return app


def run() -> None:
    """Run the command line and leave with the exit code its contract names."""
    try:
        application()()
    except CommandError as error:
        people().print(error.sentence, style="bold red", markup=False)
        sys.exit(error.code)
    except (GatewayError, RedactionError) as error:
        people().print(error.public(), style="bold red", markup=False)
        sys.exit(Exit.REFUSED if isinstance(error, RefusedError) else Exit.ERROR)
    except ConfigurationError as error:
        sentence = str(error) or cleandoc(type(error).__doc__ or "")
        people().print(sentence, style="bold red", markup=False)
        sys.exit(Exit.ERROR)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
    except Exception as error:  # the outermost line: nothing may print a traceback
        sentence = f"Something went wrong inside ({type(error).__name__}); nothing was released."
        people().print(sentence, style="bold red", markup=False)
        sys.exit(Exit.ERROR)


if __name__ == "__main__":
    run()
