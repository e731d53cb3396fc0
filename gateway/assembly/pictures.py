"""Furnishes pictures of drawings: a sandbox of their own, and what draws them one by one.

Room: gateway/assembly.
"""

from contextlib import AsyncExitStack
from typing import Final

from aiohttp import web

from config.settings import Role, Settings
from gateway.api import keys
from gateway.cellar import Cellar
from gateway.housekeeping import Chore
from gateway.intake.pictures import Pictures
from redaction.preview.client import Previews

# Somebody is looking at the page of a part while its drawings are inspected.
LOOK_S: Final = 1.0


async def furnish(
    app: web.Application, cellar: Cellar, settings: Settings, house: AsyncExitStack
) -> list[Chore]:
    """Put pictures into ``app`` and return what is to be done again and again."""
    previews = None
    if settings.role is not Role.INTAKE and settings.previews.enabled:
        previews = await house.enter_async_context(
            Previews(
                memory_bytes=settings.previews.memory_bytes,
                deadline_s=settings.previews.deadline_s,
                strict=settings.sandbox.strict,
            )
        )
    app[keys.PICTURES] = pictures = Pictures(
        cellar.rows, cellar.vault, cellar.keyring, app[keys.PARTS], previews
    )
    return [Chore("pictures", LOOK_S, pictures.draw_missing)] if previews else []
