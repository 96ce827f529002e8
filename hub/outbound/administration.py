"""A client of the hub's administration API, as far as the command line needs one."""

import json
from typing import Any, Final
from urllib.parse import quote, urlsplit

from hub.outbound.errors import AnswerError, OutboundError
from hub.outbound.transport import Answer, Transport

_HEADERS: Final = {"Accept": "application/json", "Content-Type": "application/json"}


class AdministrationClient:
    """Speaks to the API of the hub at a URL, whatever the path of that URL is."""

    def __init__(self, transport: Transport, url: str) -> None:
        parts = urlsplit(url)
        self._transport = transport
        self._root = f"{parts.scheme}://{parts.netloc}/api/v1"

    def get(self, *path: str) -> Any:  # noqa: ANN401 - JSON is what it is
        """Return the resource of a path; raise AnswerError where the hub refuses, OutboundError where none is."""
        return self._json("GET", path, None)

    def post(self, *path: str, value: object) -> Any:  # noqa: ANN401 - JSON is what it is
        """Send a value to a path and return the answer; raise as `get` does."""
        return self._json("POST", path, json.dumps(value).encode())

    def _json(self, method: str, path: tuple[str, ...], body: bytes | None) -> Any:  # noqa: ANN401 - as above
        url = "/".join((self._root, *(quote(part, safe="") for part in path)))
        answer = self._transport.request(method, url, headers=_HEADERS, body=body)
        if not answer.good:
            raise _refusal(answer)
        try:
            return json.loads(answer.body)
        except ValueError as error:
            raise OutboundError(f"{url} answers with something that is not JSON; is it a hub?") from error


def _refusal(answer: Answer) -> AnswerError:
    """Return what the hub says (RFC 9457), under its own code, or as much as an answer of something else says."""
    try:
        problem = json.loads(answer.body)
        code, detail = str(problem["code"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        return AnswerError(f"{answer.url} answered {answer.status}.", status=answer.status)
    return AnswerError(detail, status=answer.status, code=code)
