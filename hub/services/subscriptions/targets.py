"""Where a subscription may send to, by what can be said without looking anything up.

Whether a host may be reached is decided at each connection (`hub.outbound.wire.addresses`): names change their meaning.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from hub.domain.errors import UnprocessableError
from hub.domain.subscriptions.subscription import Signature, Target, TaxiiTarget, WebhookTarget
from hub.outbound.wire.addresses import Networks, literal_address
from hub.outbound.wire.endpoints import CODE, Endpoint, parse_endpoint

_COLLECTION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")
_USERNAME: Final = re.compile(r"[^\x00-\x1f\x7f:]{1,200}")
_PASSWORD: Final = re.compile(r"[^\x00-\x1f\x7f]{1,1024}")


def webhook_target(url: str, *, networks: Networks, signature: Signature = Signature.SECRET) -> WebhookTarget:
    """Read the address of a webhook; raise UnprocessableError where nothing would be delivered there."""
    _check_reach(parse_endpoint(url), networks)
    return WebhookTarget(url=url, signature=signature)


def taxii_target(url: str, collection: str, username: str | None, *, networks: Networks) -> TaxiiTarget:
    """Read a collection of another TAXII server by its API root; raise UnprocessableError where it cannot be one.

    Without a user name the password is sent as a Bearer token.
    """
    endpoint = parse_endpoint(url)
    if "?" in endpoint.target or endpoint.target == "/":
        raise UnprocessableError(
            "An API root is an address like https://taxii.example/api/, without a query.", code=CODE
        )
    _check_reach(endpoint, networks)
    if not _COLLECTION.fullmatch(collection):
        raise UnprocessableError("Name the other server's collection by its id or alias.", code="COLLECTION")
    if username is not None and not _USERNAME.fullmatch(username):
        raise UnprocessableError("A user name is one line without a colon.", code="USERNAME")
    return TaxiiTarget(url=url if url.endswith("/") else f"{url}/", collection=collection, username=username)


def check_password(password: str) -> str:
    """Return a password or token that a header can carry; raise UnprocessableError, which does not repeat it."""
    if not _PASSWORD.fullmatch(password):
        raise UnprocessableError("A password is one line of 1 to 1024 characters.", code="PASSWORD")
    return password


def origin_of(target: Target) -> str | None:
    """Return scheme, host and port of a target: an address may hold a secret in its path or query."""
    if not isinstance(target, WebhookTarget | TaxiiTarget):
        return None
    parts = urlsplit(target.url)
    return f"{parts.scheme}://{parts.netloc}/"


def _check_reach(endpoint: Endpoint, networks: Networks) -> None:
    """Refuse an address in figures that is closed, and plain http where it cannot be in a network that is named."""
    address = literal_address(endpoint.origin.host)
    if address is not None and not networks.reach(address):
        raise UnprocessableError(
            "The hub delivers to public addresses, and to networks that its operators have named (delivery_networks);"
            " this is neither.",
            code=CODE,
        )
    if endpoint.origin.scheme == "https":
        return
    named = bool(networks.named) if address is None else networks.names(address)
    if not named:
        raise UnprocessableError(
            "The address begins with https://; plain http goes only into networks that the operators have named"
            " (delivery_networks).",
            code=CODE,
        )
