"""A transport to servers that members name: each request once, to an address that is checked, and no redirects."""

from collections.abc import Mapping
from urllib.parse import urlencode

from hub.outbound.errors import OutboundError
from hub.outbound.transport import Answer
from hub.outbound.wire.dialling import Dialler, NoAnswerError
from hub.outbound.wire.endpoints import parse_endpoint


class Carrier:
    """Carries requests with an Authorization header of one server."""

    def __init__(self, dialler: Dialler, *, authorization: str) -> None:
        self._dialler = dialler
        self._authorization = authorization

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Return the answer, whatever its status; raise OutboundError where none arrives.

        The sentence of the error gives away nothing of the network that the hub stands in.
        """
        endpoint = parse_endpoint(f"{url}?{urlencode(params)}" if params else url)
        try:
            reply = self._dialler.exchange(method, endpoint, {**headers, "Authorization": self._authorization}, body)
        except NoAnswerError as error:
            raise OutboundError(error.reason.sentence) from error
        return Answer(url=url, status=reply.head.status, headers=reply.head.headers, body=reply.body)
