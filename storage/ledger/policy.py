"""Whose word is enough: logs, witnesses, groups of them, and the quorum, as a file.

Room: storage/ledger. Pure. Source: C2SP tlog-policy.

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]           url: the witness' submission prefix
    group <name> all|any|<k> <name>…
    quorum <name>|none

A checkpoint is valid if one of the logs signed it and the quorum cosigned it. Names mean something
in their file only, and are bytes, whatever they look like.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from storage.ledger.checkpoint import WITNESS_KINDS, Checkpoint, VerifyingKey, open_note
from storage.ledger.errors import NotSignedError, PolicyError, QuorumError
from storage.ledger.notes import split

NONE: Final = "none"
MAX_POLICY_BYTES: Final = 256 * 1024
_ALLOWED: Final = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*+")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who cosigns; ``url`` is where to ask them, if that is said."""

    key: VerifyingKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """So many of its members are needed."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a policy file says. Nothing is left to be found wrong later: ``parse`` found it."""

    logs: Mapping[VerifyingKey, str | None]
    witnesses: Mapping[str, Witness]
    groups: Mapping[str, Group]
    quorum: str

    @classmethod
    def parse(cls, untrusted: bytes) -> "Policy":
        """Return what a policy file says.

        Raises:
            PolicyError: it is not one; says in which line.
        """
        if len(untrusted) > MAX_POLICY_BYTES or _ALLOWED.fullmatch(untrusted) is None:
            raise PolicyError(0, "too long, or with control characters")
        # Octets stay octets: what is not ASCII is kept as it is, and compared so.
        text = untrusted.decode("utf-8", "surrogateescape")
        reading = _Reading()
        for number, line in enumerate(text.split("\n"), 1):
            words = [word for word in re.split("[ \t]+", line) if word]
            if words and not words[0].startswith("#"):
                reading.line(number, words)
        if reading.quorum is None:
            raise PolicyError(0, "no quorum line")
        return cls(reading.logs, reading.witnesses, reading.groups, reading.quorum)

    @property
    def text(self) -> bytes:
        """The policy as a file that ``parse`` reads."""
        lines = [f"log {key.vkey} {url or ''}" for key, url in self.logs.items()]
        lines += [f"witness {n} {w.key.vkey} {w.url or ''}" for n, w in self.witnesses.items()]
        lines += [f"group {n} {g.needed} {' '.join(g.members)}" for n, g in self.groups.items()]
        lines.append(f"quorum {self.quorum}")
        return "".join(f"{line.rstrip()}\n" for line in lines).encode("utf-8", "surrogateescape")

    def satisfied(self, cosigned: Collection[str]) -> bool:
        """Return whether these witnesses, by their names, are a quorum."""
        return self.quorum == NONE or self._witnessed(self.quorum, cosigned)

    def _witnessed(self, name: str, cosigned: Collection[str]) -> bool:
        if name in self.witnesses:
            return name in cosigned
        group = self.groups[name]
        return sum(self._witnessed(member, cosigned) for member in group.members) >= group.needed

    def cosigned(self, untrusted_note: bytes) -> dict[str, int]:
        """Return which witnesses cosigned a checkpoint, and when, in seconds.

        Raises:
            NotSignedError: a line in a witness' name does not hold, or it is no checkpoint.
        """
        text, lines = split(untrusted_note)
        times = {name: one.key.times(text, lines) for name, one in self.witnesses.items()}
        return {name: max(found) for name, found in times.items() if found}

    def check(self, untrusted_note: bytes, key: VerifyingKey | None = None) -> Checkpoint:
        """Return the checkpoint of a note if the policy holds; ``key`` where it names no log.

        Raises:
            NotSignedError: none of the logs signed it, or a known signature does not hold.
            QuorumError: too few witnesses cosigned it.
        """
        keys = list(self.logs) or ([key] if key else [])
        signed = open_note(untrusted_note, keys)
        cosigned = self.cosigned(untrusted_note)
        if not self.satisfied(cosigned):
            raise QuorumError(sorted(cosigned))
        return signed


@dataclass(slots=True)
class _Reading:
    """A policy file, read so far."""

    logs: dict[VerifyingKey, str | None] = field(default_factory=dict)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str | None = None
    _grouped: set[str] = field(default_factory=set)

    def line(self, number: int, words: list[str]) -> None:
        kinds: Mapping[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        if words[0] not in kinds:
            raise PolicyError(number, "it begins with none of log, witness, group, quorum")
        try:
            kinds[words[0]](words[1:])
        except NotSignedError as error:
            raise PolicyError(number, "that is no key for this") from error
        except ValueError as error:
            raise PolicyError(number, str(error)) from error

    def _log(self, words: list[str]) -> None:
        if not 1 <= len(words) <= 2:
            raise ValueError("a log is a vkey, and perhaps a URL")
        key = VerifyingKey.parse(words[0])
        if key.raw in {known.raw for known in self.logs}:
            raise ValueError("this log is there twice")
        self.logs[key] = words[1] if len(words) == 2 else None

    def _witness(self, words: list[str]) -> None:
        if not 2 <= len(words) <= 3:
            raise ValueError("a witness is a name, a vkey, and perhaps a URL")
        key = VerifyingKey.parse(words[1], WITNESS_KINDS)
        if key.raw in {known.key.raw for known in self.witnesses.values()}:
            raise ValueError("this witness is there twice")
        self._new(words[0])
        self.witnesses[words[0]] = Witness(key, words[2] if len(words) == 3 else None)

    def _group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise ValueError("a group is a name, a count, and its members")
        name, count, members = words[0], words[1], words[2:]
        self._new(name)
        for member in members:
            self._known(member)
            if member in self._grouped:
                raise ValueError("a member is in a group already")
            self._grouped.add(member)
        counts = {"all": len(members), "any": 1}
        if count not in counts and _COUNT.fullmatch(count) is None:
            raise ValueError("a count is all, any or a number")
        needed = counts[count] if count in counts else int(count)
        if needed > len(members):
            raise ValueError("more are needed than there are")
        self.groups[name] = Group(needed, tuple(members))

    def _quorum(self, words: list[str]) -> None:
        if len(words) != 1 or self.quorum is not None:
            raise ValueError("there is one quorum, and it has one name")
        if words[0] != NONE:
            self._known(words[0])
        self.quorum = words[0]

    def _new(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ValueError("the name is taken")

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise ValueError("nobody of this name stands above")
