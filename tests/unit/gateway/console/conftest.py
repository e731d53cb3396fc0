"""A whole gateway in this process, and browsers with accounts of their own, once a module."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from config.settings import Settings
from gateway.api import keys
from gateway.assembly.house import build
from gateway.identity.roles import Role

PASSWORD = "correct horse battery"
HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
Client = TestClient[web.Request, web.Application]


@dataclass
class Person:
    """Somebody with a browser; ``csrf`` is "" while they are not signed in."""

    client: Client
    csrf: str = ""

    async def see(self, path: str, **headers: str) -> tuple[ClientResponse, str]:
        """Go to a page as a browser does, without following redirects."""
        answer = await self.client.get(path, headers=HTML | headers, allow_redirects=False)
        return answer, await answer.text()

    async def call(self, method: str, path: str, body: object = None) -> ClientResponse:
        """Call the API as an island does."""
        headers = {"X-CSRF-Token": self.csrf, "Accept": "application/json"}
        return await self.client.request(method, path, json=body, headers=headers)


@dataclass
class Building:
    """The running gateway and who is in it."""

    server: TestServer
    data: Path
    people: list[Person] = field(default_factory=list)

    async def stranger(self) -> Person:
        client: Client = TestClient(
            self.server, cookie_jar=CookieJar(unsafe=True), raise_for_status=False
        )
        await client.start_server()
        person = Person(client)
        self.people.append(person)
        return person

    async def signed_in(self, role: Role, email: str) -> Person:
        person = await self.stranger()
        invitation = await self.server.app[keys.ACCOUNTS].invite(role, email)
        order = {"token": invitation.token, "password": PASSWORD}
        answer = await person.call("POST", "/api/v1/invitations/accept", order)
        assert answer.status == 200, await answer.text()
        person.csrf = (await answer.json())["csrf"]
        return person

    async def part(self, person: Person, name: str, words: str) -> str:
        """Upload a text file as one part and return the part's id."""
        data = words.encode()
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(data)),
            "Upload-Metadata": "filename bm90ZS50eHQ=",
            "Content-Type": "application/offset+octet-stream",
            "X-CSRF-Token": person.csrf,
        }
        made = await person.client.post("/api/v1/uploads", data=data, headers=headers)
        assert made.status == 201, await made.text()
        upload = made.headers["Location"].rpartition("/")[2]
        order = {"name": name, "description": words, "uploads": [upload]}
        answer = await person.call("POST", "/api/v1/parts", order)
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["id"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def building(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Building]:
    data = tmp_path_factory.mktemp("data")
    app = build(Settings(data_dir=data, port=0), url="http://gateway.example")
    server = TestServer(app)
    running = Building(server, data)
    await server.start_server()
    try:
        yield running
    finally:
        for person in running.people:
            await person.client.session.close()
        await server.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def customer(building: Building) -> Person:
    return await building.signed_in(Role.CUSTOMER, "customer@works.example")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reviewer(building: Building) -> Person:
    return await building.signed_in(Role.REVIEWER, "reviewer@works.example")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def admin(building: Building) -> Person:
    return await building.signed_in(Role.ADMIN, "admin@works.example")


@pytest.fixture
def first_login(building: Building) -> str:
    return str(json.loads((building.data / "first-admin.json").read_text())["login_link"])
