"""Furnishes the intake: uploads, the sandbox and its pipeline, parts, exports.

Room: gateway/assembly.
"""

from contextlib import AsyncExitStack
from typing import Final

from aiohttp import web

from config.loading import load_profiles
from config.packs import read_terms
from config.settings import Role, Settings
from gateway.api import keys
from gateway.cellar import Cellar
from gateway.housekeeping import Chore
from gateway.intake.choices import Choices
from gateway.intake.chunks import ChunkSealer
from gateway.intake.export import Exports
from gateway.intake.handover import Handover
from gateway.intake.inspection import Inspection
from gateway.intake.originals import Originals
from gateway.intake.parts import Parts
from gateway.intake.pipeline import RECONCILE_S, Elsewhere, Pipeline, Wakes
from gateway.intake.uploads import Limits, Uploads
from gateway.intake.waivers import Waivers
from gateway.observability.logging import log_of
from gateway.privacy import terms
from redaction.sandbox.client import Sandbox

log = log_of("gateway")

SWEEP_S: Final = 60.0


async def opened_sandbox(house: AsyncExitStack, settings: Settings) -> Sandbox | None:
    """Return the started sandbox, or None on a node that cannot open what it receives."""
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


async def furnish(
    app: web.Application,
    cellar: Cellar,
    settings: Settings,
    sandbox: Sandbox | None,
    house: AsyncExitStack,
) -> list[Chore]:
    """Put the intake into ``app`` and return what is to be done again and again."""
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
    app[keys.PROFILES] = profiles = _profiles()
    pipeline: Wakes = Elsewhere()
    if sandbox is not None:
        pipeline = here = _pipeline(cellar, settings, sandbox)
        await here.start()
        house.push_async_callback(here.stop)
        chores.append(Chore("inspections", RECONCILE_S, here.reconcile))
    app[keys.PARTS] = parts = Parts(
        *(cellar.rows, cellar.keyring, cellar.journal, pipeline, originals, cellar.clock),
        profiles=frozenset(profiles),
    )
    app[keys.EXPORTS] = Exports(parts, cellar.vault, cellar.journal)
    chores.append(_say_of_owners(app, cellar, pipeline))
    return chores


def _profiles() -> dict[str, keys.OfferedProfile]:
    return {name: keys.OfferedProfile(*offered) for name, offered in load_profiles().items()}


def _say_of_owners(app: web.Application, cellar: Cellar, pipeline: Wakes) -> Chore:
    app[keys.CHOICES] = Choices(
        cellar.rows, cellar.keyring, cellar.journal, cellar.vault, pipeline, cellar.clock
    )
    app[keys.WAIVERS] = waivers = Waivers(
        *(cellar.rows, cellar.keyring, cellar.vault, cellar.journal, cellar.clock),
        terms=terms.read(read_terms())[terms.WAIVER],
    )
    return Chore("waivers", SWEEP_S, waivers.sweep)


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
        {name: offered.profile for name, offered in _profiles().items()},
    )
    return Pipeline(inspection, cellar.rows, parallel=settings.sandbox.parallel, failed=broke)
