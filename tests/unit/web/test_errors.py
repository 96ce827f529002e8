"""The table from errors to HTTP, and that it holds every error a request can end in."""

from http import HTTPStatus

import pytest
from structlog.testing import capture_logs
from werkzeug.exceptions import InternalServerError, MethodNotAllowed, TooManyRequests

from hub.domain import errors
from hub.domain.errors import ConfigurationError, HubError, NotFoundError, UnauthenticatedError, UnavailableError
from hub.web.errors import STATUS, failure_of, failure_with

INTERNAL = {HubError, ConfigurationError}
"""Errors of the hub's own start and inside: to a client they are incidents."""


def tree() -> set[type[HubError]]:
    return {item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, HubError)}


def test_every_error_of_a_request_is_in_the_table() -> None:
    assert tree() - set(STATUS) == INTERNAL


def test_an_error_is_told_by_status_code_and_sentence() -> None:
    failure = failure_of(NotFoundError("There is no such thing.", code="NO_SUCH_THING"))
    assert (failure.status, failure.code, failure.sentence, failure.incident) == (
        HTTPStatus.NOT_FOUND,
        "NO_SUCH_THING",
        "There is no such thing.",
        None,
    )


def test_a_kind_of_a_known_error_is_told_like_it() -> None:
    class NoSuchShelfError(NotFoundError):
        """A shelf that is not there."""

        code = "NO_SUCH_SHELF"

    assert failure_of(NoSuchShelfError("There is no such shelf.")).status is HTTPStatus.NOT_FOUND


def test_A_01_an_unauthenticated_answer_names_both_schemes() -> None:
    challenges = [value for name, value in failure_of(UnauthenticatedError("Who?")).headers]
    assert [value.split()[0] for value in challenges] == ["Basic", "Bearer"]
    assert all('realm="hub"' in value for value in challenges)


def test_an_unavailable_answer_says_when_to_come_back() -> None:
    assert dict(failure_of(UnavailableError("Not now.")).headers)["Retry-After"].isdigit()


def test_the_headers_of_a_framework_error_are_kept() -> None:
    assert dict(failure_of(MethodNotAllowed(["GET"])).headers)["Allow"] == "GET"
    failure = failure_of(TooManyRequests(retry_after=7))
    assert failure.status is HTTPStatus.TOO_MANY_REQUESTS
    assert dict(failure.headers)["Retry-After"] == "7"


def test_a_bare_status_has_the_code_of_its_error() -> None:
    assert failure_with(HTTPStatus.NOT_FOUND, "").code == "NOT_FOUND"
    assert failure_with(HTTPStatus.METHOD_NOT_ALLOWED, "").code == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "error", [ValueError("password=hunter2"), ConfigurationError("hub.toml: a key is wrong"), HubError("hunter2")]
)
def test_E_05_an_unforeseen_error_tells_its_incident_and_nothing_else(error: Exception) -> None:
    with capture_logs() as logged:
        failure = failure_of(error)
    assert failure.status is HTTPStatus.INTERNAL_SERVER_ERROR
    assert failure.incident is not None
    assert failure.sentence.count(failure.incident) == 1
    assert str(error) not in failure.sentence
    assert [(entry["incident"], str(error) in entry["traceback"]) for entry in logged] == [(failure.incident, True)]


def test_E_05_an_error_that_the_framework_wrapped_is_an_incident_too() -> None:
    with capture_logs() as logged:
        failure = failure_of(InternalServerError(original_exception=ValueError("hunter2")))
    assert failure.incident is not None
    assert "hunter2" not in failure.sentence
    assert "hunter2" in logged[0]["traceback"]
