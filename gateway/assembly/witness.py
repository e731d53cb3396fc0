"""Furnishes a witness: its keys, its memory, the logs it signs for; and lets it listen.

Room: gateway/assembly. A witness is a process of its own, with a directory of its own; it shares
nothing with a gateway, and is best run by another company.

    DIR/witness.name  witness.key (Ed25519)  witness-mldsa44.key  witness.sqlite
"""

import asyncio
import secrets
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import uvloop
from aiohttp import web

from gateway.assembly.serving import bound
from gateway.clock import Clock, system_clock
from gateway.observability.logging import configure
from gateway.start import KeyFileError, StartError, StoreUnusableError, held
from gateway.witness.serving import application
from storage.ledger.checkpoint import SEED_BYTES, Cosigner, VerifyingKey
from storage.ledger.errors import LedgerUnavailableError
from storage.ledger.notes import NAME, KeyKind
from storage.ledger.witness import Witness
from storage.ledger.witness_memory import WitnessMemory
from storage.sealed.errors import UnsafeKeyFileError
from storage.sealed.keyfiles import read_key, write_key

KEY_FILES: Final = {
    KeyKind.ED25519_COSIGNATURE: "witness.key",
    KeyKind.MLDSA44: "witness-mldsa44.key",
}
NAME_FILE: Final = "witness.name"
SHUTDOWN_S: Final = 10.0


class WitnessNameError(StartError):
    """The directory belongs to a witness of another name, or this is no name: it has no spaces and
    no plus signs, and stays for ever."""

    code = "witness-name"


def cosigners_in(home: Path, name: str | None) -> list[Cosigner]:
    """Return the keys of the witness in ``home``, made with ``name`` if it is a new one.

    Raises:
        WitnessNameError: it is called otherwise, or new and without a name.
        KeyFileError: a key is readable by others or damaged.
    """
    try:
        named = home / NAME_FILE
        known = named.read_text(encoding="utf-8").strip() if named.exists() else name
        if known is None or NAME.fullmatch(known) is None or name not in {None, known}:
            raise WitnessNameError
        for file in KEY_FILES.values():
            if not named.exists() and not (home / file).exists():
                write_key(home / file, secrets.token_bytes(SEED_BYTES))
        # Written last: from here on, keys that are missing are missing, and not to be made.
        write_key(named, f"{known}\n".encode())
        return [
            Cosigner(known, read_key(home / file, SEED_BYTES), kind)
            for kind, file in KEY_FILES.items()
        ]
    except (UnsafeKeyFileError, OSError, UnicodeDecodeError) as error:
        raise KeyFileError from error


def witness_in(
    home: Path, name: str | None, logs: Sequence[VerifyingKey], clock: Clock = system_clock
) -> Witness:
    """Return the witness in ``home`` for ``logs``; whoever calls holds the directory.

    Raises:
        WitnessNameError, KeyFileError: see ``cosigners_in``.
        StoreUnusableError: what it remembers cannot be opened.
    """
    cosigners = cosigners_in(home, name)
    by_origin: dict[str, list[VerifyingKey]] = {}
    for key in logs:
        by_origin.setdefault(key.name, []).append(key)
    try:
        memory = WitnessMemory(home / "witness.sqlite")
    except LedgerUnavailableError as error:
        raise StoreUnusableError from error
    return Witness(by_origin, cosigners, memory, lambda: int(clock().timestamp()))


def serve(
    home: Path,
    name: str | None,
    logs: Sequence[VerifyingKey],
    address: tuple[str, int],
    ready: Callable[[str], None],
) -> None:
    """Run the witness until SIGTERM or SIGINT; ``ready`` hears once where it listens.

    Raises:
        StartError: and nothing was changed.
    """
    configure()
    with held(home):
        app = application(witness_in(home, name, logs))
        uvloop.run(_serve(app, address, ready))


async def _serve(
    app: web.Application, address: tuple[str, int], ready: Callable[[str], None]
) -> None:
    listening = bound(*address)
    # Nobody's address is kept.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    try:
        await runner.setup()
        await web.SockSite(runner, listening).start()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        ready(f"http://{host}:{listening.getsockname()[1]}")
        await stop.wait()
    finally:
        await runner.cleanup()
        listening.close()
