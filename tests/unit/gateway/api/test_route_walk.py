"""Every route there is, walked: which can serve a part's bytes, and none without its one entry.

The routes come from the application's own router, so a new one is walked as soon as it is there.
What serves bytes and is not in SERVES fails; so does what is in SERVES and serves none.
"""

import ast
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from aiohttp import hdrs, web

from gateway.api import keys
from gateway.api.app import skeleton
from gateway.console.assets import LICENCES
from gateway.console.pages import CONSOLE, Console
from gateway.identity.roles import Role
from gateway.journal import Note, Receipt
from redaction.model import Profile
from storage.rows.parts import DrawingRow
from tests.unit.gateway.api.conftest import Front
from tests.unit.gateway.api.desk import DRAWING, Desk, desk
from tests.unit.gateway.doubles import MemoryJournal

__all__ = ["desk"]

Place = tuple[str, str]
# What may serve bytes of a part, and the entry that stands before the first of them.
SERVES: Final[dict[Place, str]] = {
    ("GET", "/d/files/{id}"): "download.started",
    ("GET", "/api/v1/parts/{id}/export"): "part.exported",
}
# These take another thing than the tests can give them, or nothing is there yet; why that is fine.
NOT_REACHED: Final[dict[Place, str]] = {
    ("GET", "/api/v1/parts/{id}/pictures/{drawing}/{side}"): "pictures are their owner's (decision"
    " 0006) and have tests of their own",
    ("GET", "/api/v1/ledger/entries/{index}"): "the log of these tests is empty",
    ("GET", "/api/v1/ledger/entries/{index}/proof"): "the log of these tests is empty",
    ("GET", "/review/entries/{index}"): "the log of these tests is empty",
    ("GET", "/review/entries/{index}/proof"): "the log of these tests is empty",
    ("GET", "/ledger/tile/{path}"): "the log of these tests is empty",
    ("GET", "/ledger/checkpoint"): "the log of these tests is empty",
    ("GET", "/ledger/policy"): "no witnesses are asked",
    ("GET", "/ledger/log.mldsa44.vkey"): "the log of these tests has one key",
    ("GET", "/api/v1/ledger/export"): "its seal needs the real log",
    ("GET", "/api/v1/alerts/{id}"): "there is no alert",
}


def routes() -> Iterator[tuple[Place, web.AbstractRoute]]:
    for route in skeleton().router.routes():
        assert route.resource is not None
        yield (route.method, route.resource.canonical), route


READS: Final = sorted({place for place, _ in routes() if place[0] == hdrs.METH_GET})
WRITES: Final = sorted(
    {place for place, _ in routes() if place[0] not in {hdrs.METH_GET, hdrs.METH_HEAD}}
)


@dataclass
class Walk:
    """Somebody who may do anything, and what there is to find."""

    desk: Desk
    names: dict[str, str]
    who: list[dict[str, str]]
    secrets: list[bytes] = field(default_factory=list)
    timeline: list[str] = field(default_factory=list)

    def path(self, place: str) -> str:
        """Return a path to something that is there."""
        for prefix, name in (
            ("/api/v1/parts/{id}", "part"),
            ("/parts/{id}", "part"),
            ("/api/v1/transfers/{id}", "transfer"),
            ("/api/v1/partners/{id}", "partner"),
            ("/d/files/{id}", "file"),
        ):
            if place.startswith(prefix):
                place = place.replace("{id}", self.names[name], 1)
        for name, value in (
            ("{drawing}", self.names["file"]),
            ("{side}", "before"),
            ("{index}", "0"),
            ("{code}", "invalid-request"),
            ("{path}", "0/000"),
            ("{name}", LICENCES),
            ("{id}", "a" * 32),
        ):
            place = place.replace(name, value)
        return place

    async def ask(self, place: Place, who: dict[str, str], body: Any = None) -> tuple[int, bytes]:
        self.timeline.clear()
        answer = await self.desk.program.request(
            place[0], self.path(place[1]), headers=who, json=body, allow_redirects=False
        )
        return answer.status, await answer.read()

    def serves(self, content: bytes) -> bool:
        """Whether an answer holds bytes of the part, in clear or with what opens them."""
        return any(secret in content for secret in self.secrets)

    def before_the_answer(self) -> list[str]:
        """Return the entries that were new and durable before an answer began."""
        assert "answer" in self.timeline, self.timeline
        return self.timeline[: self.timeline.index("answer")]


@pytest.fixture
def furnished() -> Callable[[web.Application], None]:
    """Pages are walked too."""

    def furnish(app: web.Application) -> None:
        app[CONSOLE] = Console.open()
        app[keys.PROFILES] = {"supplier": keys.OfferedProfile(Profile(), "for suppliers")}

    return furnish


class Timeline(MemoryJournal):
    """Notes when an entry is new."""

    def __init__(self) -> None:
        super().__init__()
        self.line: list[str] = []

    async def write(self, note: Note, *, key: str) -> Receipt:
        new = key not in self.notes
        receipt = await super().write(note, key=key)
        if new:
            self.line.append(note.happening.value)
        return receipt


@pytest.fixture
def journal() -> Timeline:
    return Timeline()


@pytest_asyncio.fixture
async def walk(desk: Desk, front: Front, journal: Timeline) -> AsyncIterator[Walk]:
    part = await desk.part()
    session, files = await desk.session(await desk.token(part, opens=5))
    answer = await desk.program.get(f"/api/v1/parts/{part}/transfers", headers=desk.customer)
    (transfer,) = (await answer.json())["transfers"]
    reviewer = await front.key(Role.REVIEWER, "reviewer@works.example")
    names = {
        "part": part,
        "transfer": transfer["id"],
        "partner": desk.partner,
        "file": files[0]["id"],
    }
    _, drawings = await desk.intake.parts.own(desk.caller, part)
    made = Walk(desk, names, [desk.customer, desk.admin, reviewer, session])
    made.secrets = [DRAWING, *[one async for one in sealed(desk, drawings[0])]]
    made.timeline = journal.line
    # The server tells when a response is about to begin; nothing of it has left by then.
    handle = desk.front.server.app
    assert handle is front.app
    plain = web.StreamResponse._start

    async def starting(response: web.StreamResponse, request: web.BaseRequest) -> Any:
        journal.line.append("answer")
        return await plain(response, request)

    patch = pytest.MonkeyPatch()
    patch.setattr(web.StreamResponse, "_start", starting)
    yield made
    patch.undo()


async def sealed(desk: Desk, row: DrawingRow) -> AsyncIterator[bytes]:
    """Yield what a drawing's ciphertext begins with, and what would open it."""
    assert row.clean_object is not None
    exported = await desk.intake.vault.export(row.clean_object)
    async for piece in exported.ciphertext:
        yield piece[:64]
        break


@pytest.mark.parametrize("place", READS, ids=" ".join)
async def test_what_is_read_serves_no_part_without_its_one_entry(walk: Walk, place: Place) -> None:
    statuses, served = set(), False
    for who in walk.who:
        status, content = await walk.ask(place, who)
        assert status < 500 or place in NOT_REACHED, (status, content[:300])
        statuses.add(status)
        if walk.serves(content):
            served = True
            assert place in SERVES, f"{place} serves a part's bytes: is it in the log?"
            assert walk.before_the_answer() == [SERVES[place]]
    assert served is (place in SERVES)
    if place not in NOT_REACHED:
        assert min(statuses) < 400, f"{place} was not reached: {statuses}"


@pytest.mark.parametrize("place", READS, ids=" ".join)
async def test_what_is_read_while_the_log_is_broken_serves_nothing(
    walk: Walk, place: Place
) -> None:
    walk.desk.front.journal.broken = True
    statuses = set()
    for who in walk.who:
        status, content = await walk.ask(place, who)
        assert not walk.serves(content)
        statuses.add(status)
    if place in SERVES:
        assert 503 in statuses
        assert min(statuses) >= 400


@pytest.mark.parametrize("place", WRITES, ids=" ".join)
async def test_what_is_done_serves_no_part(walk: Walk, place: Place) -> None:
    """Answers to what people do are documents: none holds bytes of a part."""
    assert place not in SERVES
    for who in reversed(walk.who):  # whoever may do it does it last
        _, content = await walk.ask(place, who, body(place, walk))
        assert not walk.serves(content)


def body(place: Place, walk: Walk) -> Any:
    """Return what a route takes, filled in, so that it is done and not just refused."""
    path = place[1]
    bodies: dict[str, Any] = {
        "/api/v1/parts/{id}/transfers": {"partner": walk.names["partner"], "consent": True},
        "/api/v1/transfers/{id}/extend": {"expires_s": 600},
        "/api/v1/partners/{id}/documents": {"documents": {}},
    }
    return bodies.get(path)


async def test_every_way_out_of_the_vault_is_known() -> None:
    """Plaintext and keys leave the vault where these rooms ask, and nowhere else."""
    root = Path(skeleton.__code__.co_filename).parents[1]
    asking: set[tuple[str, str]] = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in {"open", "export"}:
                of = node.value
                name = of.attr if isinstance(of, ast.Attribute) else getattr(of, "id", "")
                if name in {"vault", "_vault"}:
                    asking.add((str(path.relative_to(root)), node.attr))
    assert asking == {
        ("transfer/egress.py", "open"),  # to partners, and nowhere else
        ("intake/inspection.py", "open"),  # to the sandbox
        ("intake/waivers.py", "open"),  # back into the vault
        ("intake/pictures.py", "open"),  # to the sandbox, and pictures to the owner
        ("intake/export.py", "export"),  # to the owner
    }


async def test_a_second_look_at_a_file_is_one_entry_too(walk: Walk) -> None:
    place = ("GET", "/d/files/{id}")
    for entries in (["download.started"], ["download.resumed"], []):
        status, content = await walk.ask(place, walk.who[-1])
        assert (status, walk.serves(content)) == (200, True)
        assert walk.before_the_answer() == entries
        streams = walk.desk.front.app[keys.EGRESS].streams
        await walk.desk.program.get("/healthz")
        assert not streams.count
