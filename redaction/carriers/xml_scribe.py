"""The scribe: copies an XML part token by token, and changes what the tables name.

Room: redaction/carriers. Pure; linear in the part. See ``xml_part`` for the tables.
"""

import re
from typing import Final

from redaction.carriers.local_paths import basenamed
from redaction.carriers.xml_part import (
    ATTRIBUTE,
    Change,
    Instead,
    Rules,
    attributes,
    escaped,
    local,
    plain,
    tokens,
)
from redaction.errors import UnreadableError
from redaction.model import Category
from redaction.text import people

MAX_DEPTH: Final = 1_000
MAX_TOLD_CHARS: Final = 4_000


def scrubbed(text: str, rules: Rules) -> tuple[str, list[Change]]:
    """Return ``text`` with the carriers of ``rules`` changed, and what they told.

    Local paths in attributes are cut down everywhere; comments that name somebody go.

    Raises:
        UnreadableError: not XML, or tags that do not match.
    """
    scribe = _Scribe(rules)
    for token in tokens(text):
        scribe.take(token)
    return scribe.finished()


class _Scribe:
    """Copies tokens, and changes what the rules name."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._watched = {attribute for _, attribute in rules.attributes}
        self._out: list[str] = []
        self._changes: list[Change] = []
        self._open: list[str] = []
        self._cut_at: int | None = None
        self._told: list[str] = []
        self._inside: tuple[int, str, Instead] | None = None

    def take(self, token: re.Match[str]) -> None:
        """Copy or change one token."""
        kind = token.lastgroup
        if kind == "attributes":
            self._tag(token)
        elif self._cut_at is not None:
            self._told.append(token.group())
        elif kind in ("text", "cdata"):
            self._out.append(self._text(token))
        elif kind == "comment" and _names_somebody(token["comment"]):
            self._changes.append(Change("comment", token["comment"], Category.COMMENT))
        else:
            self._out.append(token.group())

    def finished(self) -> tuple[str, list[Change]]:
        """Return everything copied, and what was changed."""
        if self._open:
            raise UnreadableError("a tag is not closed")
        return "".join(self._out), self._changes

    def _tag(self, token: re.Match[str]) -> None:
        name = local(token["name"])
        if token["close"]:
            self._close(token, name)
            return
        held = token["attributes"]
        empty = held.endswith("/")
        if not empty:
            self._open.append(token["name"])
            if len(self._open) > MAX_DEPTH:
                raise UnreadableError("nested too deep")
        if self._cut_at is not None:
            self._told.append(token.group())
        elif name in self._rules.cut:
            self._told = [held]
            if empty:
                self._end_cut(name)
            else:
                self._cut_at = len(self._open) - 1
        else:
            self._out.append(self._changed_tag(token, name, held))
            self._enter(name, held, empty=empty)

    def _close(self, token: re.Match[str], name: str) -> None:
        if not self._open or self._open.pop() != token["name"]:
            raise UnreadableError("tags do not match")
        if self._inside is not None and len(self._open) < self._inside[0]:
            self._inside = None
        if self._cut_at is None:
            self._out.append(token.group())
        elif self._cut_at == len(self._open):
            self._end_cut(name)

    def _enter(self, name: str, held: str, *, empty: bool) -> None:
        if self._inside is None and not empty and self._rules.inside:
            called = attributes(held).get("name", "")
            rule = self._rules.inside.get((name, called))
            if rule is not None:
                self._inside = (len(self._open), called, rule)

    def _end_cut(self, name: str) -> None:
        inside = "".join(self._told)[:MAX_TOLD_CHARS]
        values = [found["double"] or found["single"] or "" for found in ATTRIBUTE.finditer(inside)]
        words = " ".join((*values, *re.findall(r">([^<>]++)<", f">{inside}<")))
        told = plain(words if values else inside).strip()
        self._changes.append(Change(name, told, self._rules.cut[name]))
        self._cut_at, self._told = None, []

    def _text(self, token: re.Match[str]) -> str:
        name = local(self._open[-1]) if self._open else ""
        rule = self._rules.text_of(self._open[-1]) if self._open else None
        if self._inside is not None:
            _, name, rule = self._inside
        words = token["cdata"] if token["cdata"] is not None else plain(token["text"])
        if rule is not None:
            if words.strip() in ("", rule.text or ""):
                return token.group()
            self._changes.append(Change(name, words, rule.category))
            return escaped(rule.text or "")
        if name in self._rules.paths:
            bare = basenamed(words)
            if bare != words:
                self._changes.append(Change(name, words, Category.PATH))
                return escaped(bare)
        return token.group()

    def _changed_tag(self, token: re.Match[str], name: str, held: str) -> str:
        if not held or held == "/":
            return token.group()
        changed = ATTRIBUTE.sub(lambda found: self._attribute(name, found), held)
        return token.group() if changed == held else f"<{token['name']}{changed}>"

    def _attribute(self, element: str, found: re.Match[str]) -> str:
        name = local(found["name"])
        value = found["double"] if found["double"] is not None else found["single"]
        rule = None
        if name in self._watched:
            table = self._rules.attributes
            rule = table.get((element, name)) or table.get(("*", name))
        if self._inside is not None and name == "value":
            _, name, rule = self._inside
        if rule is not None:
            if value == rule.text:
                return found.group()
            self._changes.append(Change(name, plain(value), rule.category))
            if rule.text is None:
                return ""
            return f'{found["lead"]}{found["name"]}="{escaped(rule.text)}"'
        if ("\\" not in value and "/" not in value) or found["name"].startswith("xmlns"):
            return found.group()
        words = plain(value)
        bare = basenamed(words)
        if bare == words:
            return found.group()
        self._changes.append(Change(name, words, Category.PATH))
        return f'{found["lead"]}{found["name"]}="{escaped(bare)}"'


def _names_somebody(comment: str) -> bool:
    return any(span.category in people.TOKENS for span in people.find(comment))
