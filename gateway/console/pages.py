"""Pages: a template, the reader's language, who they are, and the bundled files it needs.

Room: gateway/console. Touches templates/ (read through Jinja2, which escapes everything). Views
ask for a page by name; no view writes HTML.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.api.auth import csrf_of
from gateway.api.keys import CALLER
from gateway.console import words
from gateway.console.assets import Assets
from gateway.console.words import Words
from gateway.identity.roles import Caller, Role

TEMPLATES: Final = Path(__file__).parent / "templates"

# Where an account may go, as (path, key of its words, whom it is for).
PLACES: Final = (
    ("/parts", "nav.parts", Role.CUSTOMER),
    ("/review", "nav.review", Role.REVIEWER),
    ("/alerts", "nav.alerts", Role.REVIEWER),
    ("/partners", "nav.partners", Role.ADMIN),
    ("/people", "nav.people", Role.ADMIN),
)
UNITS: Final = ("B", "kB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class Console:
    """What every page is made from."""

    environment: Environment
    assets: Assets
    languages: Mapping[str, Words]

    @classmethod
    def open(cls) -> "Console":
        """Return the console of this checkout.

        Raises:
            BundleMissingError: it was never bundled.
        """
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(moment=moment, paragraphs=paragraphs, size=size)
        return cls(environment, Assets.read(), words.read())


CONSOLE = web.AppKey("console", Console)


def page(request: web.Request, template: str, *, status: int = 200, **told: Any) -> web.Response:
    """Return a page in the reader's language."""
    console = request.app[CONSOLE]
    caller = request.get(CALLER)
    language = language_of(request)
    text = console.environment.get_template(template).render(
        asset=console.assets.url,
        t=language.say,
        t_or=language.say_or,
        language=language,
        languages=[known for known in console.languages.values() if known is not language],
        places=places_of(caller),
        path=request.path,
        csrf=csrf_of(request),
        signed_in=caller is not None,
        **told,
    )
    headers = {"Vary": "Accept, Accept-Language, Cookie"}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def language_of(request: web.Request) -> Words:
    """Return the language to answer in."""
    known = request.app[CONSOLE].languages
    cookie = request.cookies.get(words.COOKIE)
    return words.chosen(known, cookie, request.headers.get("Accept-Language", ""))


def places_of(caller: Caller | None) -> Sequence[tuple[str, str]]:
    """Return where somebody may go, with the keys of the words for it."""
    if caller is None:
        return ()
    return [(path, key) for path, key, role in PLACES if caller.may_act_as(frozenset({role}))]


def moment(seconds: float | datetime) -> str:
    """Return a moment as ISO 8601 in UTC; an island shows it in the reader's own time."""
    when = datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else seconds
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def paragraphs(text: str) -> Sequence[str]:
    """Return a text's paragraphs, their lines joined: with a space, but not within Chinese."""
    return [
        re.sub(r"(?<![\u2e80-\uffef])\n", " ", one.strip()).replace("\n", "")
        for one in text.strip().split("\n\n")
    ]


def size(count: int | None) -> str:
    """Return a number of bytes as people say it."""
    if count is None:
        return "–"
    value, unit = float(count), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    digits = 0 if unit == 0 or value >= 100 else 1
    return f"{value:.{digits}f} {UNITS[unit]}"
