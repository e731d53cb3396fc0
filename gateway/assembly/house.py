"""The composition root: settings in, an application out.

Room: gateway/assembly. Opens everything, in the order of need, and closes it in reverse. Each room
is furnished by a module beside this one; a new room adds a line here.

    settings --build--> web.Application --serving--> a listening process
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from aiohttp import web

from config.settings import Settings
from gateway.api import keys
from gateway.api.app import skeleton
from gateway.assembly import alerts, chronicle, intake, log, people, pictures, review, transfer
from gateway.assembly.readiness import health_of
from gateway.assembly.stores import opened_cellar
from gateway.clock import Clock, system_clock
from gateway.console.pages import CONSOLE, Console
from gateway.housekeeping import kept
from gateway.observability.metrics import Metrics
from gateway.start import held, refuse_without_docstrings


def build(
    settings: Settings, *, url: str | None = None, clock: Clock = system_clock
) -> web.Application:
    """Return the application for ``settings``; nothing is opened until it starts.

    ``url`` is where people reach it, when the settings alone do not say (port 0).

    Raises:
        SentencesMissingError: under ``python -OO``.
        BundleMissingError: the console was never bundled.
        UndeclaredRouteError: a route does not say who may call it.
    """
    refuse_without_docstrings()
    app = skeleton()
    app[CONSOLE] = Console.open()
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
            cellar = await house.enter_async_context(opened_cellar(settings, clock))
            sandbox = await intake.opened_sandbox(house, settings)
            await people.furnish(app, cellar, settings)
            chores = await intake.furnish(app, cellar, settings, sandbox, house)
            chores += await pictures.furnish(app, cellar, settings, house)
            chores += await log.furnish(app, cellar, settings, house)
            chores += transfer.furnish(app, cellar, settings)
            chores += await alerts.furnish(app, cellar, settings)
            chores += await chronicle.furnish(app, cellar, settings, house)
            review.furnish(app, cellar)
            chores += await review.forwarded(cellar, settings, house)
            app[keys.HEALTH] = health_of(cellar, settings, sandbox)
            await house.enter_async_context(kept(chores))
            yield

    app.cleanup_ctx.append(rooms)
    return app
