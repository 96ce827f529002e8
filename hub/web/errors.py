"""The one table from what went wrong to what HTTP says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from traceback import format_exception
from typing import Final
from uuid import uuid4

import structlog
from werkzeug.exceptions import HTTPException, InternalServerError

from hub.domain.errors import (
    ConflictError,
    ExhaustedError,
    ForbiddenError,
    HubError,
    KeyMissingError,
    NotFoundError,
    PreconditionError,
    RequestError,
    TooLargeError,
    UnauthenticatedError,
    UnavailableError,
    UnprocessableError,
)


class NotAcceptableError(HubError):
    """The client takes nothing that this place can answer with (HTTP 406)."""

    code = "NOT_ACCEPTABLE"


class UnsupportedMediaError(HubError):
    """The body is of a media type or encoding that this place does not read (HTTP 415)."""

    code = "UNSUPPORTED_MEDIA"


STATUS: Final[dict[type[HubError], HTTPStatus]] = {
    RequestError: HTTPStatus.BAD_REQUEST,
    UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    NotAcceptableError: HTTPStatus.NOT_ACCEPTABLE,
    ConflictError: HTTPStatus.CONFLICT,
    PreconditionError: HTTPStatus.PRECONDITION_FAILED,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMediaError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    UnprocessableError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ExhaustedError: HTTPStatus.TOO_MANY_REQUESTS,
    KeyMissingError: HTTPStatus.SERVICE_UNAVAILABLE,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Any other HubError is the hub's own fault, and is answered like every unforeseen exception."""

REALM: Final = "hub"
CHALLENGES: Final = (
    ("WWW-Authenticate", f'Basic realm="{REALM}", charset="UTF-8"'),
    ("WWW-Authenticate", f'Bearer realm="{REALM}"'),
)
RETRY_AFTER_SECONDS: Final = 5

_CODES: Final = {status: error.code for error, status in STATUS.items()}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a client is told: `code` for its program, `sentence` for its people, `incident` to ask the operators."""

    status: HTTPStatus
    code: str
    sentence: str
    incident: str | None = None
    headers: Sequence[tuple[str, str]] = ()


def failure_of(error: Exception) -> Failure:
    """Say what a client is told of an error; of an unforeseen one nothing but its incident, which is logged."""
    if isinstance(error, HubError):
        status = _status_of(error)
        if status is not None:
            return Failure(status=status, code=error.code, sentence=error.sentence, headers=_headers_of(error))
    if isinstance(error, InternalServerError):
        return _incident(error.original_exception or error)
    if isinstance(error, HTTPException) and error.code is not None:
        headers = [(name, _in_order(value)) for name, value in error.get_headers() if name != "Content-Type"]
        return failure_with(HTTPStatus(error.code), error.description or "", headers)
    return _incident(error)


def _in_order(value: str) -> str:
    """Sort a list such as that of `Allow`, which werkzeug writes in an order that differs from process to process."""
    return ", ".join(sorted(value.split(", ")))


def failure_with(status: HTTPStatus, sentence: str, headers: Sequence[tuple[str, str]] = ()) -> Failure:
    """Say what a client is told where only a status and a sentence are known."""
    code = _CODES.get(status) or status.phrase.upper().replace(" ", "_")
    return Failure(status=status, code=code, sentence=sentence, headers=headers)


def _status_of(error: HubError) -> HTTPStatus | None:
    for ancestor in type(error).__mro__:
        if ancestor in STATUS:
            return STATUS[ancestor]
    return None


def _headers_of(error: HubError) -> Sequence[tuple[str, str]]:
    match error:
        case UnauthenticatedError():
            return CHALLENGES
        case UnavailableError() | ExhaustedError():
            return (("Retry-After", str(RETRY_AFTER_SECONDS)),)
        case _:
            return ()


def _incident(error: BaseException) -> Failure:
    """Log the traceback as text: a renderer that shows local variables would show tokens."""
    incident = str(uuid4())
    log.error("request_failed", incident=incident, traceback="".join(format_exception(error)))
    return Failure(
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        code="INTERNAL",
        sentence=f"Something went wrong in the hub. Its operators find it in their log under {incident}.",
        incident=incident,
    )
