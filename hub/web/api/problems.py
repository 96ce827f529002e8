"""Errors as problem details (RFC 9457)."""

from collections.abc import Sequence
from typing import Final

from flask import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from hub.domain.errors import UnprocessableError
from hub.web.errors import failure_of

MEDIA_TYPE: Final = "application/problem+json"


class Fault(BaseModel):
    """One thing that is wrong with a request: where, and what."""

    model_config = ConfigDict(frozen=True)

    path: str = Field(description="A JSON Pointer (RFC 6901) into the body, or the name of a query parameter.")
    message: str


class Problem(BaseModel):
    """What is wrong, and what to do about it (RFC 9457)."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(default="about:blank", description="Always about:blank: `code` tells problems apart.")
    title: str = Field(description="What the HTTP status means.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="A sentence for people that says what to do.")
    code: str = Field(description="A stable word for programs.")
    incident: str | None = Field(default=None, description="What the hub's operators find in their log.")
    faults: list[Fault] | None = Field(default=None, description="Each thing that is wrong with the request.")


class FaultyError(UnprocessableError):
    """Body or query string are not what the operation takes; `faults` says where."""

    code = "INVALID"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.path or 'the body'}: {fault.message}" for fault in faults[:3]) + ".")
        self.faults = tuple(faults)


def problem_of(error: Exception) -> Response:
    """Answer an error, the unforeseen ones included."""
    failure = failure_of(error)
    problem = Problem(
        title=failure.status.phrase,
        status=failure.status.value,
        detail=failure.sentence,
        code=failure.code,
        incident=failure.incident,
        faults=list(error.faults) if isinstance(error, FaultyError) else None,
    )
    body = problem.model_dump_json(exclude_none=True)
    response = Response(body, failure.status, content_type=MEDIA_TYPE)
    response.headers.extend(failure.headers)
    return response


def faults_in_body(error: ValidationError) -> list[Fault]:
    """Say what pydantic found wrong with a body, without repeating what was sent."""
    return [Fault(path=_pointer(each["loc"]), message=each["msg"]) for each in _details(error)]


def faults_in_query(error: ValidationError) -> list[Fault]:
    """Say what pydantic found wrong with a query string."""
    return [Fault(path=".".join(map(str, each["loc"])), message=each["msg"]) for each in _details(error)]


def _details(error: ValidationError) -> Sequence[ErrorDetails]:
    return error.errors(include_url=False, include_context=False, include_input=False)


def _pointer(location: Sequence[int | str]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)
