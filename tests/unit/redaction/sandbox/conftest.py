"""A sandbox whose workers attack, shared by a module; and eyes for the processes it starts."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest_asyncio

from redaction.model import Profile
from redaction.sandbox.client import Outcome, Sandbox
from redaction.sandbox.memory import MemoryFile
from tests.unit.redaction.sandbox.attacks import HOSTILE

MIB = 1024 * 1024

Attack = Callable[[str], Awaitable[str]]


def file_of(content: bytes) -> MemoryFile:
    memory = MemoryFile.create()
    memory.write(content)
    return memory


async def inspected(sandbox: Sandbox, content: str | bytes) -> Outcome:
    content = content.encode() if isinstance(content, str) else content
    with file_of(content) as source:
        return await sandbox.inspect(source, Profile())


def answer(outcome: Outcome) -> str:
    assert outcome.report.reason is None, outcome.report.reason
    return outcome.report.findings[0].value


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in tasks.read_text().split()] if tasks.exists() else []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hostile() -> AsyncIterator[Sandbox]:
    async with Sandbox(memory_bytes=512 * MIB, deadline_s=20.0, module=HOSTILE) as sandbox:
        yield sandbox
