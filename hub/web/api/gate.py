"""What a request to the API passes before a view sees it, in this order."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import NotFound

from hub.domain.errors import ForbiddenError, NotFoundError
from hub.services.directory.authenticate import Authenticating
from hub.web.api.call import NOTHING_HERE
from hub.web.credentials import authenticate

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES: Final = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class ApiGate:
    """Admits a request or raises the error that ends it; it guards every path below `prefix`, those of nothing too."""

    authenticating: Authenticating
    prefix: str

    def admit(self) -> None:
        """Authenticate, then find the path, then see that no other site's page has sent what changes something."""
        if not request.path.startswith(self.prefix):
            return
        authenticate(request.headers.get("Authorization"), self.authenticating)
        if isinstance(request.routing_exception, NotFound) or "\0" in request.path:
            raise NotFoundError(NOTHING_HERE)
        if request.routing_exception is not None:
            raise request.routing_exception
        if request.method not in _SAFE:
            _check_site()


def _check_site() -> None:
    """Raise ForbiddenError where a browser says that the request comes from a page of another origin.

    A browser sends the credentials that its user has typed along with whatever such a page asks it to send.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = site is not None and site not in _OWN_SITES
    if foreign or (origin is not None and urlsplit(origin).netloc != request.host):
        raise ForbiddenError("A page of another site may not change anything here.", code="CROSS_SITE")
