"""What a TAXII request passes before a view sees it, in this order."""

from dataclasses import dataclass
from typing import Final

from flask import Response, request
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

from hub.domain.errors import HubError, NotFoundError
from hub.services.directory.authenticate import Authenticating
from hub.web.credentials import authenticate, known_under, recognise
from hub.web.taxii.bodies import measure
from hub.web.taxii.failures import error_resource_of
from hub.web.taxii.negotiation import MEDIA_TYPE, accept_answer, accept_content

NOTHING_HERE: Final = "There is nothing here. Paths of this server end in a slash."


@dataclass(frozen=True, slots=True)
class Gate:
    """Admits a request or raises the error that ends it.

    `blueprints` are those it guards, `paged` those of them whose answers come of pages and pushes, which confirm whom
    the gate has only recognised. It also guards every path that leads nowhere, so that a stranger can't tell which
    paths there are, apart from those below `elsewhere`, which another gate guards.
    """

    authenticating: Authenticating
    max_content_length: int
    blueprints: frozenset[str]
    paged: frozenset[str]
    elsewhere: tuple[str, ...] = ()

    def admit(self) -> None:
        """Authenticate, then find the path, then negotiate, then measure the body.

        What the views read of the request is rewritten to the one spelling that they know.
        """
        if request.blueprint is not None and request.blueprint not in self.blueprints:
            return
        if request.path.startswith(self.elsewhere):
            return
        establish = recognise if request.blueprint in self.paged and request.method != "DELETE" else authenticate
        establish(request.headers.get("Authorization"), self.authenticating)
        _find_path()
        accept_answer(request.headers.get("Accept"))
        request.environ["HTTP_ACCEPT"] = MEDIA_TYPE
        if request.method == "POST":
            accept_content(request.headers.get("Content-Type"), request.headers.get("Content-Encoding"))
            request.environ["CONTENT_TYPE"] = MEDIA_TYPE
            measure(request, self.max_content_length)
        if request.method == "HEAD":
            request.method = "GET"

    def confirm(self, response: Response) -> Response:
        """Let an answer out if its principal is confirmed, by then or now; answer the error where it is not."""
        if known_under() is None:
            return response
        try:
            authenticate(request.headers.get("Authorization"), self.authenticating)
        except HubError as error:
            return error_resource_of(error)
        return response


def _find_path() -> None:
    """Raise what routing found wrong. Redirects to the spelling with a slash are not offered (TAXII 2.1 §3.1)."""
    if isinstance(request.routing_exception, NotFound | RequestRedirect) or "\0" in request.path:
        raise NotFoundError(NOTHING_HERE)
    if request.routing_exception is not None:
        raise request.routing_exception
