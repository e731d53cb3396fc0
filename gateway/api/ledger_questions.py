"""Questions to the log as the query of a URL: read, and described for OpenAPI.

Room: gateway/api. Pure. The fields are those of gateway.review.question.
"""

import json
from typing import Final

from aiohttp import web

from gateway.api.errors import InvalidRequestError
from gateway.api.operations import Asked
from gateway.review.errors import QuestionUnfitError
from gateway.review.question import Question
from storage.ledger.events import EventKind

_TEXT: Final = '{"type": "string"}'
_COUNT: Final = '{"type": "integer", "minimum": 0}'
_COUNTRY: Final = '{"type": "string", "pattern": "^[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?$"}'
_KIND: Final = json.dumps({"type": "string", "enum": [kind.value for kind in EventKind]})
_DECISION: Final = '{"type": "string", "enum": ["allow", "deny", "review"]}'

ASKS: Final = (
    Asked("since", _TEXT, "From this date or time on, in UTC."),
    Asked("until", _TEXT, "Before this time, in UTC; a plain date means to its end."),
    Asked("kind", _KIND, "Kinds of entries.", many=True),
    Asked("partner", _TEXT, "The id of a partner."),
    Asked("part", _TEXT, "The id of a part."),
    Asked("transfer", _TEXT, "The id of a transfer."),
    Asked("link", _TEXT, "The SHA-256, in hexadecimal, of a link's token."),
    Asked("src", _COUNTRY, "The country it went from, as declared."),
    Asked("dst", _COUNTRY, "The country it went to, as declared."),
    Asked("observed", _COUNTRY, "The country whoever called was seen in."),
    Asked("region", _COUNTRY, "Where the storage or relay concerned stands."),
    Asked("decision", _DECISION, "What was decided."),
    Asked("basis", _TEXT, "The rule or mechanism it rests on."),
)
PAGING: Final = (
    Asked("before", _COUNT, "Only entries with smaller numbers: next_before of the page before."),
    Asked("limit", _COUNT, "How many entries at most."),
)
_OTHERS: Final = frozenset({one.name for one in PAGING} | {"format", "proof"})


def question_of(request: web.Request) -> Question:
    """Return the question of a request's query.

    Raises:
        InvalidRequestError: names the fields that do not fit.
    """
    asked = [(name, value) for name, value in request.query.items() if name not in _OTHERS]
    try:
        return Question.read(asked)
    except QuestionUnfitError as error:
        raise InvalidRequestError(error.fields) from error


def question_from(text: str, field: str) -> Question:
    """Return the question of a text in a request's content, in the field ``field``.

    Raises:
        InvalidRequestError: names the fields that do not fit.
    """
    try:
        return Question.parse(text)
    except QuestionUnfitError as error:
        fields = [
            {"field": f"{field}.{one['field']}", "problem": one["problem"]} for one in error.fields
        ]
        raise InvalidRequestError(fields) from error


def number_asked(request: web.Request, field: str) -> int | None:
    """Return a whole number of the query, None when it is not given.

    Raises:
        InvalidRequestError: it is not a whole number.
    """
    text = request.query.get(field)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise InvalidRequestError([{"field": field, "problem": "not a whole number"}])
    return int(text)
