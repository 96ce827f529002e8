"""Who is asking: HTTP Basic (RFC 7617) and Bearer (RFC 6750) credentials, and the principal behind them."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Final

from flask import g

from hub.domain.directory import Principal
from hub.domain.errors import UnauthenticatedError
from hub.services.directory.authenticate import Authenticating
from hub.store.directory.tokens import Bearer

_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_SENTENCE: Final = "Name an account and its token: HTTP Basic with both, or Bearer with the token."


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client presents; `username` is None for Bearer, which carries none."""

    username: str | None
    token: str


def authenticate(header: str | None, authenticating: Authenticating) -> None:
    """Establish the principal of this request from its Authorization header.

    Raises UnauthenticatedError with one sentence for all that can be wrong with credentials.
    """
    credentials = _credentials(header)
    bearer = authenticating.bearer(credentials.username, credentials.token)
    if bearer is None:
        raise UnauthenticatedError(_SENTENCE)
    _establish(bearer)
    confirmed()


def recognise(header: str | None, authenticating: Authenticating) -> None:
    """Establish the principal as `authenticate` does, or as its token was known before.

    INVARIANT: as long as `known_under` returns an epoch, nothing is changed where the policy is not of that very epoch,
    and no answer leaves the hub that does not come of such a change, or of a snapshot of that epoch.
    """
    credentials = _credentials(header)
    bearer = authenticating.remembered(credentials.username, credentials.token)
    if bearer is None:
        authenticate(header, authenticating)
    else:
        _establish(bearer)
        g.known_under = bearer.epoch


def known_under() -> int | None:
    """Return the policy epoch under which the principal was known; None where it has been confirmed since."""
    epoch: int | None = g.get("known_under")
    return epoch


def confirmed() -> None:
    """Say that the principal stands: its token was looked up, or a snapshot had the epoch under which it was known."""
    g.known_under = None


def current_principal() -> Principal:
    """Return the principal of this request; raises UnauthenticatedError where none was established."""
    principal = g.get("principal")
    if not isinstance(principal, Principal):
        raise UnauthenticatedError(_SENTENCE)
    return principal


def current_token() -> int:
    """Return the number of the token that this request was made with; raises as `current_principal` does."""
    current_principal()
    return int(g.token)


def read_credentials(header: str) -> Credentials | None:
    """Read an Authorization header; None where it is neither well-formed Basic nor Bearer.

    `Token` is what taxii2-client, and so OpenCTI's connector, calls Bearer.
    """
    scheme, _, value = header.strip().partition(" ")
    match scheme.lower():
        case "basic":
            return _basic(value.strip())
        case "bearer" | "token" if _TOKEN.fullmatch(value.strip()):
            return Credentials(username=None, token=value.strip())
        case _:
            return None


def _credentials(header: str | None) -> Credentials:
    credentials = read_credentials(header or "")
    if credentials is None:
        raise UnauthenticatedError(_SENTENCE)
    return credentials


def _establish(bearer: Bearer) -> None:
    g.principal = bearer.principal
    g.token = bearer.token


def _basic(value: str) -> Credentials | None:
    try:
        username, colon, token = b64decode(value, validate=True).decode("utf-8").partition(":")
    except (Base64Error, ValueError):
        return None
    if not (username and colon and token) or "\0" in username + token:
        return None
    return Credentials(username=username, token=token)
