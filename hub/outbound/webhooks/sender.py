"""Sends one body to one receiver, once, and says what came of it. Nothing that the receiver does is trusted."""

import ssl
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

from hub.domain.errors import ConfigurationError
from hub.outbound.patience import retry_after_of
from hub.outbound.webhooks.answers import Answer, Delivered, Gone, Refused, Unreachable
from hub.outbound.wire.addresses import Networks, Resolver, resolve
from hub.outbound.wire.connections import Limits, Reply
from hub.outbound.wire.dialling import Dialler, NoAnswerError, printable
from hub.outbound.wire.endpoints import Endpoint

EXCERPT_LETTERS: Final = 200
_EXCERPT_BYTES: Final = 4 * EXCERPT_LETTERS
LONGEST_RETRY_AFTER: Final = 86_400.0

_SUCCESS: Final = range(200, 300)


class Sender:
    """Sends deliveries as a Dialler calls: from any number of threads, to addresses that it has checked."""

    def __init__(
        self,
        *,
        networks: Networks,
        tls: ssl.SSLContext,
        limits: Limits | None = None,
        resolver: Resolver = resolve,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dialler = Dialler(networks=networks, tls=tls, limits=limits, resolver=resolver, clock=clock)

    def close(self) -> None:
        """Hang up. What is being sent is sent to its end."""
        self._dialler.close()

    def send(self, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST a body and return what came of it; nothing is raised for what the network or the receiver does.

        Send the same body under the same id again after any answer but Delivered and Gone.
        """
        try:
            return _answer_of(self._dialler.exchange("POST", endpoint, headers, body))
        except NoAnswerError as error:
            return Unreachable(reason=error.reason, detail=str(error), begun=error.begun)


def tls_context(authorities: Path | None = None) -> ssl.SSLContext:
    """Return a context that verifies against the system's authorities, or against a PEM file that replaces them."""
    try:
        return ssl.create_default_context(cafile=None if authorities is None else str(authorities))
    except OSError as error:  # ssl.SSLError among them
        words = printable(str(error)) or type(error).__name__
        raise ConfigurationError(f"{authorities}: is not a PEM file of authorities: {words}") from error


def excerpt_of(body: bytes) -> str:
    """Return how an answer begins, printable characters only."""
    return printable(body[:_EXCERPT_BYTES].decode("utf-8", "replace"), letters=EXCERPT_LETTERS)


def _answer_of(reply: Reply) -> Answer:
    status = reply.head.status
    if status in _SUCCESS:
        return Delivered(status=status, body=reply.body)
    if status == HTTPStatus.GONE:
        return Gone()
    asked = retry_after_of(reply.head.headers)
    return Refused(
        status=status,
        retry_after=None if asked is None else min(asked, LONGEST_RETRY_AFTER),
        excerpt=excerpt_of(reply.body),
    )
