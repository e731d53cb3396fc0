"""What the house tells of itself: it started and stopped, under which settings and law, with which
keys.

Room: gateway. Awaits rows, journal and the key store. Keys are rotated and retired by a command
beside the running gateway (gateway.cli.keys), which cannot write the log; so the gateway looks, and
remembers in the rows what it has told.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.journal import Happening, Journal, JournalUnavailableError, Note
from gateway.observability.logging import log_of
from storage.ids import SubjectId, new_object_id
from storage.rows import alerts as rows_of_marks
from storage.rows.engine import Rows

log = log_of("gateway")

EVERY_S: Final = 60.0
_FILE: Final = "key.file."
_HERE: Final = "here"
_GONE: Final = "gone"


@dataclass(frozen=True, slots=True)
class KeysState:
    """Which root key is in use, which generation of people's keys, which root files are here."""

    root: str
    generation: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origins:
    """What a start began with: digests (SHA-256, hex) and versions."""

    settings: str
    law: str
    version: str
    role: str
    geo_data: str


@dataclass(slots=True)
class Chronicle:
    """Tells the log of the house, once for everything there is to tell."""

    rows: Rows
    journal: Journal
    house: SubjectId
    origins: Origins
    keys: Callable[[], Awaitable[KeysState]]
    start: str = field(default_factory=new_object_id)
    _begun: bool = field(default=False, init=False)

    async def round(self) -> None:
        """Tell what was not told yet.

        Raises:
            JournalUnavailableError: it is told next time.
        """
        if not self._begun:
            await self._tell_start()
            self._begun = True
        await self._tell_keys(await self.keys())

    async def stopped(self) -> None:
        """Tell that the house stops; when the log cannot be told any more it stops all the same."""
        try:
            about = {"start": self.start}
            await self._tell(Happening.GATEWAY_STOPPED, f"gateway.stopped/{self.start}", about)
        except JournalUnavailableError as error:
            log.warning("stop.untold", error=type(error).__name__)

    async def _tell_start(self) -> None:
        law = {"law": self.origins.law}
        await self._tell(Happening.POLICY_LOADED, f"policy.loaded/{self.origins.law}", law)
        about = {
            "start": self.start,
            "settings": self.origins.settings,
            "law": self.origins.law,
            "version": self.origins.version,
            "role": self.origins.role,
            "geo_data": self.origins.geo_data,
        }
        await self._tell(Happening.GATEWAY_STARTED, f"gateway.started/{self.start}", about)

    async def _tell_keys(self, state: KeysState) -> None:
        await self._told_once("key.root", state.root, Happening.KEY_ROTATED, "root")
        generation = str(state.generation)
        await self._told_once("key.generation", generation, Happening.KEY_ROTATED, "generation")
        async with self.rows.reading() as connection:
            known = await rows_of_marks.marks(connection, _FILE)
        for name in state.files:
            if known.get(_FILE + name) != _HERE:
                await self._mark(_FILE + name, _HERE)
        for mark, stands in known.items():
            name = mark.removeprefix(_FILE)
            if stands == _HERE and name not in state.files:
                await self._tell(Happening.KEY_RETIRED, f"key.retired/{name}", {"key": name})
                await self._mark(mark, _GONE)

    async def _told_once(self, mark: str, value: str, happening: Happening, what: str) -> None:
        """Tell of a change; what stands at the first look is where the house began."""
        async with self.rows.transaction() as connection:
            before = await rows_of_marks.mark_once(connection, mark, value)
        if before != value:
            about = {what: value, "before": before}
            await self._tell(happening, f"{happening}/{what}/{value}", about)
            await self._mark(mark, value)

    async def _mark(self, name: str, value: str) -> None:
        async with self.rows.transaction() as connection:
            await rows_of_marks.set_mark(connection, name, value)

    async def _tell(self, happening: Happening, key: str, about: Mapping[str, str | int]) -> None:
        await self.journal.write(Note(happening, self.house, "gateway", about), key=key)
