"""What one input may do to the workshop, and what it may not.

Allowed is a report: clean, or refused with one of our reasons. A finding of the fuzzer is any
other exception, one of memory or recursion that only the engine's net caught, more than ten
seconds or 1.5 GiB, a clean file in which a removed value stands or that would be cleaned again,
and two answers to one question.
"""

import resource
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType, SimpleNamespace, TracebackType
from typing import Any, Final

from redaction import engine, registry
from redaction.model import Action, Category, Finding, Plan, Profile
from redaction.report import Report, Status
from redaction.sweep.words import NAMELESS
from redaction.unsupported import REFUSALS

DEADLINE_S: Final = 10.0
PEAK_BYTES: Final = 1536 * 1024 * 1024
FRAMES: Final = 3
# Shorter values stand in many a file for other reasons; the engine's own sweep knows better.
TELLING_CHARS: Final = 10
TELLING: Final = (Category.PERSON, Category.USERNAME, Category.EMAIL, Category.PHONE)
DONE: Final = (Action.REMOVED, Action.REPLACED)
PROFILE: Final = Profile()


class OvertimeError(BaseException):
    """The input took longer than it may; no handler may catch this."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What was wrong, and where: inputs with the same ``signature`` have one cause."""

    kind: str
    where: str
    told: str

    @property
    def signature(self) -> str:
        return f"{self.kind} {self.where}"


@dataclass(slots=True)
class Verdict:
    """How it ended: the report's status or reason, and the problem if there was one."""

    outcome: str
    problem: Problem | None = None


class Watch:
    """Loads handlers and notes what passes through them unseen by the report."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.caught: BaseException | None = None
        self.findings: tuple[Finding, ...] = ()

    def load(self, name: str) -> Any:
        handler = registry.load(name)
        offered = ("plan", "apply", "prove", "members", "repacked", "spared")
        made = {n: self._noting(getattr(handler, n)) for n in offered if hasattr(handler, n)}
        return SimpleNamespace(**made)

    def _noting(self, action: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any) -> Any:
            try:
                result = action(*arguments)
            except (MemoryError, RecursionError) as error:
                self.caught = error
                raise
            # A file inside the file is swept by itself: elsewhere the same word is another's.
            if isinstance(result, Plan) and arguments[0] == self._data:
                self.findings += result.findings
            return result

        return noted


def judge(data: bytes, *, thoroughly: bool) -> Verdict:
    """Return how cleaning ``data`` ended; ``thoroughly`` asks everything twice."""
    before_bytes = peak_bytes()
    try:
        with _deadline(DEADLINE_S):
            verdict = _judged(data, thoroughly)
    except OvertimeError as error:
        return Verdict("overtime", _problem("overtime", error.__traceback__, "over 10 s"))
    except Exception as error:  # whatever it is, it is what we look for
        kind = type(error).__name__
        return Verdict("crash", _problem(kind, error.__traceback__, repr(error)[:200]))
    if verdict.problem is None and peak_bytes() > max(PEAK_BYTES, before_bytes):
        verdict.problem = Problem("memory", verdict.outcome, f"{peak_bytes() >> 20} MiB")
    return verdict


def _judged(data: bytes, thoroughly: bool) -> Verdict:
    watch = Watch(data)
    cleaned, report = engine.scrub(data, PROFILE, watch.load)
    if watch.caught is not None:
        told = _problem(type(watch.caught).__name__, watch.caught.__traceback__, "caught late")
        return Verdict("too-complex", told)
    outcome = f"{report.format}:{report.reason.code if report.reason else report.status.value}"
    wrong = _contradiction(cleaned, report)
    if wrong is None and cleaned is not None:
        wrong = _left(cleaned, watch.findings)
    if wrong is None and thoroughly:
        wrong = next(_second_thoughts(data, cleaned, report), None)
    return Verdict(outcome, wrong and Problem(wrong, report.format, wrong))


def _contradiction(cleaned: bytes | None, report: Report) -> str | None:
    if (cleaned is None) is not (report.status is Status.REFUSED):
        return "a refused file was given out, or a clean one was not"
    if report.reason is not None and report.reason.code not in REFUSALS:
        return "an unknown reason"
    if cleaned is not None and not report.identical:
        return "clean without a proof"
    return None


def _left(cleaned: bytes, findings: tuple[Finding, ...]) -> str | None:
    """Return what is wrong if a removed value still stands, whole, in the cleaned bytes."""
    # What its owner is shown as kept excuses itself.
    shown = "\n".join(found.value.casefold() for found in findings if found.action not in DONE)
    for found in findings:
        told = found.value.casefold()
        if not _is_telling(found) or told in shown or told in NAMELESS:
            continue
        for encoding in ("utf-8", "utf-16-le"):
            spelt = found.value.encode(encoding, "ignore")
            at = cleaned.find(spelt)
            beside = cleaned[max(0, at - 1) : at] + cleaned[at + len(spelt) :][:1]
            if at >= 0 and not any(chr(byte).isalnum() or byte > 127 for byte in beside):
                return f"a removed value survives in {encoding}: {found.carrier}"
    return None


def _is_telling(found: Finding) -> bool:
    wanted = found.seed and found.action in DONE and found.category in TELLING
    # "--------" is a filler.
    return wanted and len(found.value) >= TELLING_CHARS and len(set(found.value)) > 2


def _second_thoughts(data: bytes, cleaned: bytes | None, report: Report) -> Iterator[str]:
    again, second = engine.scrub(data, PROFILE)
    if (again, second) != (cleaned, report):
        yield "another answer at the second time"
    looked = engine.inspect(data, PROFILE)
    if cleaned is None:
        return
    if looked.findings != report.findings:
        yield "inspecting finds something else than cleaning"
    twice, third = engine.scrub(cleaned, PROFILE)
    if twice is None:
        yield f"the cleaned file is refused: {third.reason and third.reason.code}"
    elif twice != cleaned:
        yield "the cleaned file is cleaned again"
    elif any(found.action in DONE for found in third.findings):
        yield "in the cleaned file something is found again"


def _problem(kind: str, trace: TracebackType | None, told: str) -> Problem:
    frames = [f for f in traceback.extract_tb(trace) if "/redaction/" in f.filename]
    places = [f"{f.filename.split('/redaction/')[-1]}:{f.lineno}" for f in frames]
    # A recursion is the same however deep it is: its places, each once.
    last = list(dict.fromkeys(reversed(places)))[:FRAMES]
    return Problem(kind, " < ".join(last), told)


def peak_bytes() -> int:
    """Return the most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raise OvertimeError inside after ``seconds`` of the processor's time."""

    def over(number: int, frame: FrameType | None) -> None:
        raise OvertimeError

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
