"""What a refusal means to whoever owns the subscription, and what they do about it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

_REDIRECTIONS: Final = range(300, 400)
_FAULTS: Final = range(500, 600)
_WEBHOOK: Final[Mapping[int, str]] = {
    HTTPStatus.UNAUTHORIZED: "It asks for credentials, and the hub has none to send: let it check the signature.",
    HTTPStatus.FORBIDDEN: "Something in front of it does not let the hub in, or it does not believe the signature:"
    " compare the secret.",
    HTTPStatus.NOT_FOUND: "Nothing is at this path: change the address to the one that takes envelopes.",
    HTTPStatus.METHOD_NOT_ALLOWED: "It takes no POST at this path: change the address to one that does.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "It takes no body of this size: choose smaller batch_bytes.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Let it take application/taxii+json and application/json.",
    HTTPStatus.TOO_MANY_REQUESTS: "It is busy: the hub waits as long as it asks for.",
    HTTPStatus.SERVICE_UNAVAILABLE: "It is busy: the hub waits as long as it asks for.",
}
_SERVER: Final[Mapping[int, str]] = {
    HTTPStatus.UNAUTHORIZED: "It does not accept these credentials: set the user's password or token anew.",
    HTTPStatus.FORBIDDEN: "It knows these credentials and does not let them do this: its operators have to.",
    HTTPStatus.NOT_FOUND: "There is no such API root or collection, or it is hidden from these credentials: compare"
    " address and id with its list of collections.",
    HTTPStatus.NOT_ACCEPTABLE: "It does not speak TAXII 2.1: another address may.",
    HTTPStatus.TOO_MANY_REQUESTS: "It is busy: the hub waits as long as it asks for.",
    HTTPStatus.SERVICE_UNAVAILABLE: "It is busy: the hub waits as long as it asks for.",
}


def webhook_refused(status: int) -> str:
    """Say what it means that a webhook answers with a status, and what to do."""
    if status in _REDIRECTIONS:
        return _said(
            "receiver", status, "The hub follows no redirection: change the address to the one that it leads to."
        )
    return _said("receiver", status, _WEBHOOK.get(status))


def server_refused(status: int) -> str:
    """Say the same of another TAXII server."""
    if status in _REDIRECTIONS:
        return _said("server", status, "The hub follows no redirection: subscribe with the API root that it leads to.")
    return _said("server", status, _SERVER.get(status))


def _said(who: str, status: int, meaning: str | None) -> str:
    if meaning is None and status in _FAULTS:
        meaning = "That is a fault of its own, and its log says more."
    return f"The {who} answered {status}." + (f" {meaning}" if meaning else "")
