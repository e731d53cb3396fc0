"""Saved views: a question under a name, kept for oneself or shared with every reviewer.

Room: gateway/review. Awaits rows and keyring. Names and questions are sealed to whoever saved
them; when that person is erased their views are gone, shared ones too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.clock import Clock
from gateway.identity.roles import Caller
from gateway.review.errors import TooManyViewsError, ViewMissingError
from gateway.review.question import Question
from storage.ids import SubjectId, new_object_id
from storage.rows import views as rows_of_views
from storage.rows.engine import Rows
from storage.rows.views import ViewRow
from storage.sealed.errors import KeyShreddedError

MAX_NAME_CHARS: Final = 120
MAX_VIEWS: Final = 200
_NAME: Final = "view.name"
_QUESTION: Final = "view.question"


class Fields(Protocol):
    """What this room needs of the keyring."""

    async def seal_field(self, subject: SubjectId, context: str, plain: bytes) -> bytes:
        """Seal a personal field."""

    async def open_field(self, subject: SubjectId, context: str, sealed: bytes) -> bytes:
        """Open a personal field; KeyShreddedError if the person was erased."""


@dataclass(frozen=True, slots=True)
class View:
    """A saved view. ``own`` tells whether whoever asks saved it."""

    id: str
    name: str
    question: str  # see gateway.review.question
    shared: bool
    own: bool
    created_at: float


@dataclass(frozen=True, slots=True)
class Views:
    """Keeps views."""

    rows: Rows
    fields: Fields
    clock: Clock

    async def save(self, caller: Caller, name: str, question: Question, *, shared: bool) -> View:
        """Keep a question under a name.

        Raises:
            TooManyViewsError: the reviewer has as many as anybody may have.
        """
        view_id, subject = new_object_id(), caller.subject
        row = ViewRow(
            view_id,
            caller.account,
            subject,
            shared,
            await self.fields.seal_field(subject, f"{_NAME} {view_id}", name.encode()),
            await self.fields.seal_field(subject, f"{_QUESTION} {view_id}", question.text.encode()),
            self.clock().timestamp(),
        )
        async with self.rows.transaction() as connection:
            seen = await rows_of_views.seen_by(connection, caller.account)
            if sum(other.account == caller.account for other in seen) >= MAX_VIEWS:
                raise TooManyViewsError(most=MAX_VIEWS)
            await rows_of_views.add(connection, row)
        return View(view_id, name, question.text, shared, own=True, created_at=row.created_at)

    async def every(self, caller: Caller) -> Sequence[View]:
        """Return the caller's views and the shared ones, oldest first."""
        async with self.rows.reading() as connection:
            rows = await rows_of_views.seen_by(connection, caller.account)
        shown = [await self._shown(row, caller) for row in rows]
        return [view for view in shown if view is not None]

    async def remove(self, caller: Caller, view_id: str) -> None:
        """Remove one of the caller's own views.

        Raises:
            ViewMissingError: there is none, or it is somebody else's.
        """
        async with self.rows.transaction() as connection:
            if not await rows_of_views.remove(connection, view_id, caller.account):
                raise ViewMissingError

    async def _shown(self, row: ViewRow, caller: Caller) -> View | None:
        try:
            name = await self.fields.open_field(row.subject, f"{_NAME} {row.id}", row.name_sealed)
            question = await self.fields.open_field(
                row.subject, f"{_QUESTION} {row.id}", row.question_sealed
            )
        except KeyShreddedError:
            return None
        own = row.account == caller.account
        return View(row.id, name.decode(), question.decode(), row.shared, own, row.created_at)
