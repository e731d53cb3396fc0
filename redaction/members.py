"""Files inside files: every member is planned, cleaned, proved and swept by its own handler.

Room: redaction. Pure; runs inside the sandbox worker. Formats do not know each other, so what
goes from one into another goes through here: a container hands its members out and takes them
back (``redaction.model.Container``). A member that is refused refuses the whole; depth, number
and size of everything unpacked are bounded together, for a bomb is small on every level.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Final, Protocol, runtime_checkable

from redaction.choices import check_names
from redaction.errors import (
    EmptyFileError,
    MemberRefusedError,
    NotFaithfulError,
    RedactionError,
    TooComplexError,
    TooLargeError,
)
from redaction.model import (
    Action,
    CarrierClass,
    Category,
    Container,
    Finding,
    FormatHandler,
    Member,
    MemberPlan,
    Plan,
    Profile,
    Proof,
)
from redaction.sniff import identify
from redaction.sweep import search

Load = Callable[[str], FormatHandler]

MAX_DEPTH: Final = 3
MAX_MEMBERS: Final = 10_000
MAX_UNPACKED_BYTES: Final = 1024 * 1024 * 1024


@runtime_checkable
class Sparing(Protocol):
    """What a container offers that leaves some of its members as they are."""

    def spared(self, plan: Plan, profile: Profile) -> Plan:
        """Return the plan of a member, or in its place one that changes nothing."""


class Budget:
    """How much may still be unpacked, counted over all levels together."""

    def __init__(self) -> None:
        self._left_members = MAX_MEMBERS
        self._left_bytes = MAX_UNPACKED_BYTES

    def spend(self, unpacked_bytes: int) -> None:
        """Count one more member.

        Raises:
            TooLargeError: there were more, or larger ones, than one file may hold.
        """
        self._left_members -= 1
        self._left_bytes -= unpacked_bytes
        if self._left_members < 0 or self._left_bytes < 0:
            raise TooLargeError


def handler_of(name: str, load: Load) -> FormatHandler:
    """Return the handler of the format called ``name``, with all that its files may hold."""
    return _nesting(load(name), load, 0, None)


def finding(error: MemberRefusedError) -> Finding:
    """Return what tells the sender which member was refused and why."""
    cause = error.cause or RedactionError()
    return Finding(
        f"member.{cause.code}",
        Category.ATTACHMENT,
        Action.REVIEW,
        error.name,
        where=f"{error.where}: {cause.public()}",
        carrier_class=CarrierClass.CONTENT,
        seed=False,
    )


def _nesting(
    handler: FormatHandler, load: Load, depth: int, budget: Budget | None
) -> FormatHandler:
    if not isinstance(handler, Container):
        return handler
    if depth >= MAX_DEPTH:
        raise TooComplexError
    return _Nesting(handler, load, depth, budget)


class _Nesting:
    """A container's handler together with the handlers of its members."""

    def __init__(self, container: Container, load: Load, depth: int, budget: Budget | None) -> None:
        self._container = container
        self._load = load
        self._depth = depth
        self._budget = budget

    def plan(self, data: bytes, profile: Profile) -> Plan:
        """Return the container's plan and those of its members; their findings say where.

        Raises:
            MemberRefusedError: a member must be refused.
            RedactionError: the container itself must be.
        """
        own = self._container.plan(data, profile)
        budget = self._budget or Budget()
        plans: list[MemberPlan] = []
        findings = list(own.findings)
        for member in self._container.members(data):
            budget.spend(len(member.content))
            where = f"member {member.position}"
            try:
                planned = self._planned(member, profile, budget)
            except EmptyFileError:
                continue
            except MemberRefusedError as error:
                inner = f"{where}, {error.where}"
                raise MemberRefusedError(inner, error.name, error.cause) from error
            except RedactionError as error:
                raise MemberRefusedError(where, member.name, error) from error
            plans.append(planned)
            findings += _placed(planned.plan.findings, where)
        return replace(own, findings=tuple(findings), members=tuple(plans))

    def apply(self, data: bytes, plan: Plan) -> bytes:
        """Return the cleaned container with its cleaned members."""
        packed = self._container.apply(data, plan)
        contents = self._contents(packed) if plan.members else {}
        cleaned = {
            member.name: self._handler(member.format).apply(contents[member.name], member.plan)
            for member in plan.members
            if member.plan.changes
        }
        return self._container.repacked(packed, cleaned) if cleaned else packed

    def prove(self, original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
        """Prove each member by its own handler, then the container around the old members.

        Raises:
            NotFaithfulError: something differs that was not planned, or a member is missing.
            ResidueError: a value removed from a member is still in it.
        """
        before, after = self._contents(original), self._contents(cleaned)
        if before.keys() != after.keys():
            raise NotFaithfulError("another set of members")
        proofs: list[Proof] = []
        for member in plan.members:
            proofs += self._proved(member, before[member.name], after[member.name])
        planned = {member.name for member in plan.members}
        old = {name: before[name] for name in planned if before[name] != after[name]}
        shell = self._container.repacked(cleaned, old) if old else cleaned
        return (*self._container.prove(original, shell, plan), *_gathered(proofs))

    def _planned(self, member: Member, profile: Profile, budget: Budget) -> MemberPlan:
        known = identify(member.content)
        check_names(known, profile)
        handler = self._handler(known.name, budget)
        plan = handler.plan(member.content, profile)
        if isinstance(self._container, Sparing):
            plan = self._container.spared(plan, profile)
        return MemberPlan(member.name, known.name, plan)

    def _handler(self, name: str, budget: Budget | None = None) -> FormatHandler:
        return _nesting(self._load(name), self._load, self._depth + 1, budget)

    def _contents(self, data: bytes) -> Mapping[str, bytes]:
        return {member.name: member.content for member in self._container.members(data)}

    def _proved(self, member: MemberPlan, before: bytes, after: bytes) -> Sequence[Proof]:
        if identify(after).name != member.format:
            raise NotFaithfulError("a member of another format")
        proofs = self._handler(member.format).prove(before, after, member.plan)
        if not proofs:
            raise NotFaithfulError("a member about which nothing was proved")
        search.check(after, member.plan.findings)
        return proofs


def _placed(findings: Sequence[Finding], where: str) -> Iterator[Finding]:
    """Yield the findings of a member as the whole file's.

    They were sought in the member; elsewhere in the archive the same word is another drawing's.
    """
    for found in findings:
        place = f"{where}, {found.where}" if found.where else where
        yield replace(found, where=place, seed=False)


def _gathered(proofs: Sequence[Proof]) -> Iterator[Proof]:
    """Yield one proof for each kind of statement, with all that was compared for it."""
    kind = attrgetter("oracle", "statement")
    for (oracle, statement), alike in groupby(sorted(proofs, key=kind), kind):
        compared = sum(proof.compared for proof in alike)
        yield Proof(oracle, compared, f"in the files inside: {statement}")
