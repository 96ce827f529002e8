"""What can go wrong and is somebody's to mend: one tree, each leaf with a stable code.

A refusal by a rule is not an error but an answer (`Decision`, `Outcome`). An error ends a request; the one table
from here to HTTP is in `hub.web`.
"""


class HubError(Exception):
    """The root: a stable `code` for programs and a `sentence` for people that says what to do."""

    code = "HUB_ERROR"

    def __init__(self, sentence: str, *, code: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if code is not None:
            self.code = code


class RequestError(HubError):
    """The request itself is malformed (HTTP 400)."""

    code = "BAD_REQUEST"


class UnprocessableError(HubError):
    """The request is well formed and yet not what this place takes (HTTP 422)."""

    code = "UNPROCESSABLE"


class TooLargeError(HubError):
    """The body is larger than the hub takes (HTTP 413)."""

    code = "TOO_LARGE"


class UnauthenticatedError(HubError):
    """Nobody, or nobody the hub knows (HTTP 401)."""

    code = "UNAUTHENTICATED"


class ForbiddenError(HubError):
    """Known, and not allowed to do this (HTTP 403)."""

    code = "FORBIDDEN"


class NotFoundError(HubError):
    """Absent or hidden: a reader is never told which (HTTP 404)."""

    code = "NOT_FOUND"


class ConflictError(HubError):
    """The thing is there already, or has changed meanwhile (HTTP 409)."""

    code = "CONFLICT"


class PreconditionError(HubError):
    """The thing is not as the asker has seen it (HTTP 412)."""

    code = "CHANGED_MEANWHILE"


class ConfigurationError(HubError):
    """A file or variable that the hub starts from is wrong; the sentence names the file and the key."""

    code = "CONFIGURATION"


class KeyMissingError(ConfigurationError):
    """A key file is not there that this hub has had; what needs it waits for its operators (HTTP 503)."""

    code = "KEY_MISSING"


class ExhaustedError(HubError):
    """The asker has as much of this at once as it may have (HTTP 429)."""

    code = "EXHAUSTED"


class UnavailableError(HubError):
    """A server that the hub stands on does not answer (HTTP 503)."""

    code = "UNAVAILABLE"
