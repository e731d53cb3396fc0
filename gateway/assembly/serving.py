"""A listening process round the application: sockets, signals, the admin listener.

Room: gateway/assembly.
"""

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import uvloop
from aiohttp import web

from config.settings import Settings
from gateway.api import keys
from gateway.assembly.house import build
from gateway.assembly.people import FIRST_LOGIN
from gateway.observability import admin
from gateway.observability.logging import configure, log_of
from gateway.start import CannotListenError

log = log_of("gateway")

# Called once it listens: where people reach it, and the file with the first login if it was made.
Ready = Callable[[str, Path | None], None]

READ_BYTES: Final = 1024 * 1024


def serve(settings: Settings, ready: Ready) -> None:
    """Run the gateway until SIGTERM or SIGINT; ``ready`` hears once where it listens.

    Raises:
        StartError: and nothing was changed.
    """
    configure()
    uvloop.run(_serve(settings, ready))


async def _serve(settings: Settings, ready: Ready) -> None:
    listening = bound(settings.host, settings.port)
    url = settings.address(listening.getsockname()[1])
    app = build(settings, url=url)
    async with AsyncExitStack() as running:
        running.callback(listening.close)
        await _started(running, app, listening, settings)
        if settings.admin_port is not None:
            metrics = bound(admin.HOST, settings.admin_port)
            running.callback(metrics.close)
            await _started(running, admin.application(app[keys.METRICS]), metrics, settings)
            log.info("admin.listening", port=metrics.getsockname()[1])
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        ready(url, app.get(FIRST_LOGIN))
        log.info("listening", port=listening.getsockname()[1])
        await stop.wait()
        log.info("stopping")


async def _started(
    running: AsyncExitStack, app: web.Application, listening: socket.socket, settings: Settings
) -> None:
    runner = web.AppRunner(
        app,
        access_log=None,
        # A handler outlives its client: an upload saves what arrived before it ends.
        handler_cancellation=False,
        # What arrives is stored as it was sent; unpacking would let little become much.
        auto_decompress=False,
        read_bufsize=READ_BYTES,
        shutdown_timeout=settings.shutdown_s,
    )
    running.push_async_callback(runner.cleanup)
    await runner.setup()
    await web.SockSite(runner, listening).start()


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; CannotListenError if it cannot."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise CannotListenError from error
