"""Small real doubles: a clock with hands, a journal in memory, a sandbox without walls."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from gateway.journal import JournalUnavailableError, Note, Receipt
from gateway.ledger_journal import event_of
from redaction.errors import UnreadableError, WorkerFailedError
from redaction.model import Action, CarrierClass, Category, Profile, Proof
from redaction.report import Report, ReportedFinding, Status
from redaction.sandbox.client import Outcome
from redaction.sandbox.memory import MemoryFile
from storage.ids import SubjectId
from storage.ledger.leaf import facts_of
from tests.unit.gateway.vocabulary_check import require

SECRET = b"Wilhelmina"
MASK = b"----------"


class Hands:
    """A clock whose hands the test turns."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    def turn(self, seconds: float) -> None:
        self.now += seconds


class MemoryJournal:
    """Keeps the first note of each key, forgets at the end, proves nothing; can be broken."""

    def __init__(self) -> None:
        self.notes: dict[str, Note] = {}
        self.broken = False

    async def write(self, note: Note, *, key: str) -> Receipt:
        if self.broken:
            raise JournalUnavailableError
        # What the ledger would not take is not taken here, nor what no document says of a kind.
        facts_of(event_of(note))
        if key not in self.notes:
            require(note)
        self.notes.setdefault(key, note)
        return Receipt(list(self.notes).index(key), sha256(key.encode()).digest())

    async def erase(self, subject: SubjectId, note: Note, *, key: str) -> Receipt:
        receipt = await self.write(note, key=key)
        for written, other in self.notes.items():
            if other.subject == subject:
                self.notes[written] = Note(other.happening, other.subject, "")
        return receipt

    async def proof(self, index: int) -> str:
        return f"c2sp.org/tlog-proof@v1\nindex {index}\n\n"

    async def writable(self) -> bool:
        return not self.broken

    def kinds(self) -> list[str]:
        return [note.happening.value for note in self.notes.values()]


@dataclass
class OpenSandbox:
    """Cleans by replacing one name; content says what goes wrong."""

    seen: list[bytes] = field(default_factory=list)
    before: Callable[[], None] | None = None

    async def scrub(self, source: MemoryFile, profile: Profile) -> Outcome:
        data = source.read(0, source.size)
        self.seen.append(data)
        if self.before is not None:
            self.before()
        kind = "step" if data.startswith(b"ISO") else "text"
        if b"CRASH" in data:
            raise WorkerFailedError
        if b"REFUSE" in data:
            report = Report(Status.CLEAN, kind, profile.name, bytes_in=len(data))
            return Outcome(report.refused(UnreadableError()), None)
        cleaned = MemoryFile.create()
        cleaned.write(data.replace(SECRET, MASK))
        cleaned.seal()
        found = (
            ReportedFinding(
                "author",
                Category.PERSON,
                Action.REPLACED,
                CarrierClass.METADATA,
                "line 1",
                SECRET.decode(),
            ),
        )
        findings = found if SECRET in data else ()
        proof = Proof("bytes", len(data), "nothing else differs")
        report = Report(
            Status.CLEAN, kind, profile.name, findings, (proof,), None, len(data), len(data)
        )
        return Outcome(report, cleaned)
