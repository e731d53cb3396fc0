"""The composition root: settings in, a gateway out. The only module that names a concrete store.

Room: gateway. Opens everything, in the order of need, and closes it in reverse.

    settings --build--> web.Application --serve--> a listening process
"""

import asyncio
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import uvloop
from aiohttp import web

from config.settings import Role, Settings
from gateway.api import keys
from gateway.api.app import skeleton
from gateway.cellar import Cellar
from gateway.clock import Clock, system_clock
from gateway.housekeeping import Chore, kept
from gateway.identity import first_admin
from gateway.identity.accounts import Accounts
from gateway.identity.api_keys import ApiKeys
from gateway.identity.passwords import Passwords
from gateway.identity.sessions import Sessions
from gateway.intake.chunks import ChunkSealer
from gateway.intake.export import Exports
from gateway.intake.handover import Handover
from gateway.intake.inspection import Inspection
from gateway.intake.originals import Originals
from gateway.intake.orphans import destroy_orphans
from gateway.intake.parts import Parts
from gateway.intake.pipeline import RECONCILE_S, Elsewhere, Pipeline, Wakes
from gateway.intake.uploads import Limits, Uploads
from gateway.journal import VolatileJournal
from gateway.observability import admin
from gateway.observability.health import Health
from gateway.observability.logging import configure, log_of
from gateway.observability.metrics import Metrics
from gateway.start import CannotListenError, held, refuse_without_docstrings
from redaction.sandbox.client import Sandbox
from storage.blobs.filesystem import FilesystemBlobs
from storage.rows.engine import Rows
from storage.sealed.custody import LocalRootKey, PublicRoot, RootCustody
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Vault

log = log_of("gateway")

# Called once it listens: where people reach it, and the file with the first login if it was made.
Ready = Callable[[str, Path | None], None]

READ_BYTES = 1024 * 1024
SWEEP_S = 60.0
FIRST_LOGIN = web.AppKey("first_login", Path)


def build(
    settings: Settings, *, url: str | None = None, clock: Clock = system_clock
) -> web.Application:
    """Return the application for ``settings``; nothing is opened until it starts.

    ``url`` is where people reach it, when the settings alone do not say (port 0).

    Raises:
        SentencesMissingError: under ``python -OO``.
        UndeclaredRouteError: a route does not say who may call it.
    """
    refuse_without_docstrings()
    app = skeleton()
    app[keys.CLOCK] = clock
    app[keys.METRICS] = Metrics()
    app[keys.SITE] = keys.Site(
        url or settings.address(settings.port),
        settings.uploads.max_bytes,
        settings.parts.max_drawings,
    )

    async def rooms(app: web.Application) -> AsyncIterator[None]:
        async with AsyncExitStack() as house:
            house.enter_context(held(settings.data_dir))
            cellar = await house.enter_async_context(_cellar(settings, clock))
            sandbox = await _sandbox(house, settings)
            await _identity(app, cellar, settings)
            chores = await _intake(app, cellar, settings, sandbox, house)
            app[keys.HEALTH] = _health(cellar, settings, sandbox)
            await house.enter_async_context(kept(chores))
            yield

    app.cleanup_ctx.append(rooms)
    return app


@asynccontextmanager
async def _cellar(settings: Settings, clock: Clock) -> AsyncIterator[Cellar]:
    data = settings.data_dir
    async with AsyncExitStack() as opened:
        rows = await Rows.open(settings.rows_url)
        opened.push_async_callback(rows.close)
        custody: RootCustody = (
            PublicRoot.open(data / "root.pub")
            if settings.role is Role.INTAKE
            else LocalRootKey.open(data / "root.key")
        )
        keyring = Keyring.open(data, custody)
        opened.callback(keyring.close)
        blobs = FilesystemBlobs(data / "blobs", floor_bytes=settings.uploads.free_floor_bytes)
        vault = Vault(keyring, blobs)
        journal = VolatileJournal()
        if settings.role is Role.ALL:
            await destroy_orphans(rows, blobs, vault)
        yield Cellar(rows, keyring, vault, journal, clock)


async def _sandbox(house: AsyncExitStack, settings: Settings) -> Sandbox | None:
    if settings.role is Role.INTAKE:
        return None
    limits = settings.sandbox
    return await house.enter_async_context(
        Sandbox(
            memory_bytes=limits.memory_bytes,
            deadline_s=limits.deadline_s,
            parallel=limits.parallel,
            strict=limits.strict,
        )
    )


async def _identity(app: web.Application, cellar: Cellar, settings: Settings) -> None:
    passwords, times = Passwords(), settings.sessions
    accounts = Accounts(cellar.rows, cellar.keyring, passwords, cellar.clock, times.invitation_s)
    app[keys.ACCOUNTS] = accounts
    app[keys.API_KEYS] = ApiKeys(cellar.rows, cellar.clock)
    app[keys.SESSIONS] = Sessions(
        rows=cellar.rows,
        people=cellar.keyring,
        passwords=passwords,
        clock=cellar.clock,
        idle_s=times.idle_s,
        absolute_s=times.absolute_s,
        attempts=times.login_attempts,
        wait_s=times.login_wait_s,
    )
    made = await first_admin.welcome(
        cellar.rows,
        accounts,
        app[keys.API_KEYS],
        data_dir=settings.data_dir,
        url=app[keys.SITE].url,
    )
    if made is not None:
        app[FIRST_LOGIN] = made


async def _intake(
    app: web.Application,
    cellar: Cellar,
    settings: Settings,
    sandbox: Sandbox | None,
    house: AsyncExitStack,
) -> list[Chore]:
    handover = Handover(wait_s=settings.uploads.handover_s)

    async def let_go(_: web.Application) -> None:
        handover.stop_all()

    app.on_shutdown.append(let_go)
    app[keys.UPLOADS] = uploads = _uploads(cellar, settings, handover)
    retention_s = settings.parts.original_retention_s
    originals = Originals(cellar.rows, cellar.vault, cellar.journal, cellar.clock, retention_s)
    chores = [
        Chore("uploads", SWEEP_S, uploads.sweep),
        Chore("originals", SWEEP_S, originals.sweep),
        Chore("sessions", SWEEP_S, app[keys.SESSIONS].sweep),
        Chore("blobs", 60 * SWEEP_S, cellar.vault.sweep),
    ]
    pipeline: Wakes = Elsewhere()
    if sandbox is not None:
        pipeline = here = _pipeline(cellar, settings, sandbox)
        await here.start()
        house.push_async_callback(here.stop)
        chores.append(Chore("inspections", RECONCILE_S, here.reconcile))
    app[keys.PARTS] = parts = Parts(
        cellar.rows, cellar.keyring, cellar.journal, pipeline, originals, cellar.clock
    )
    app[keys.EXPORTS] = Exports(parts, cellar.vault, cellar.journal)
    return chores


def _uploads(cellar: Cellar, settings: Settings, handover: Handover) -> Uploads:
    given = settings.uploads
    return Uploads(
        cellar.rows,
        cellar.keyring,
        ChunkSealer(cellar.vault, given.chunk_bytes),
        cellar.journal,
        handover,
        cellar.clock,
        Limits(given.max_bytes, given.quota_bytes, given.max_open, given.expiry_s, given.idle_s),
    )


def _pipeline(cellar: Cellar, settings: Settings, sandbox: Sandbox) -> Pipeline:
    def broke(error: BaseException) -> None:
        log.error("inspection.broke", error=type(error).__name__)

    inspection = Inspection(
        cellar.rows,
        cellar.vault,
        cellar.keyring,
        sandbox,
        cellar.journal,
        cellar.clock,
        settings.parts.max_attempts,
    )
    return Pipeline(inspection, cellar.rows, parallel=settings.sandbox.parallel, failed=broke)


def _health(cellar: Cellar, settings: Settings, sandbox: Sandbox | None) -> Health:
    async def rows() -> bool:
        async with cellar.rows.transaction():
            return True

    async def ledger() -> bool:
        return await cellar.journal.writable()

    async def custody() -> bool:
        return cellar.keyring.can_open or settings.role is Role.INTAKE

    async def disk() -> bool:
        usage = await asyncio.to_thread(shutil.disk_usage, settings.data_dir)
        return usage.free > settings.uploads.free_floor_bytes

    def facts() -> Mapping[str, str | bool]:
        told: dict[str, str | bool] = {"role": settings.role.value}
        if sandbox is not None:
            told["walls_complete"] = sandbox.level().complete
        return told

    return Health({"rows": rows, "ledger": ledger, "custody": custody, "disk": disk}, facts)


def serve(settings: Settings, ready: Ready) -> None:
    """Run the gateway until SIGTERM or SIGINT; ``ready`` hears once where it listens.

    Raises:
        StartError: and nothing was changed.
    """
    configure()
    uvloop.run(_serve(settings, ready))


async def _serve(settings: Settings, ready: Ready) -> None:
    listening = _bound(settings.host, settings.port)
    url = settings.address(listening.getsockname()[1])
    app = build(settings, url=url)
    async with AsyncExitStack() as running:
        running.callback(listening.close)
        await _started(running, app, listening, settings)
        if settings.admin_port is not None:
            metrics = _bound(admin.HOST, settings.admin_port)
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


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise CannotListenError from error
