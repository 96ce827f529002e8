"""What the players do over HTTP: push the objects of a file, and pull what they may see with taxii2-client."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hub.cli.client.connection import say
from hub.cli.demo.cast import Player
from hub.cli.demo.stage import Stage
from hub.domain.catalogue import ALL
from hub.domain.clock import parse_timestamp
from hub.domain.errors import ConfigurationError
from hub.domain.identifiers import StixId, Tick
from hub.outbound.credentials import Credentials
from hub.outbound.exchange.envelopes import in_order_of_reference, split, without_repeats
from hub.outbound.exchange.files import FileObject
from hub.outbound.exchange.push import Push, Tally
from hub.outbound.locate import locate, parse_address
from hub.outbound.taxii import TaxiiClient
from hub.outbound.transport import Transport, TransportSettings

_ENVELOPE = 1_000
_PAGE = 1_000


class VersionKey(NamedTuple):
    """An object version as a reader tells it from others; no version for an SCO."""

    object_id: StixId
    version: Tick | None


def push(stage: Stage, player: Player, collection: str, objects: Sequence[FileObject]) -> Tally:
    """Send objects as `hub push` does; raise OutboundError where the hub does not deal with us."""
    wanted = in_order_of_reference(without_repeats(objects))
    tally = Tally(len(wanted))
    settings = TransportSettings(credentials=Credentials(username=player.account, token=player.token))
    transport = Transport(settings, sleep=time.sleep, notice=say)
    try:
        client = TaxiiClient(transport)
        target = locate(client, parse_address(stage.discovery), collection)
        sender = Push(client, target, tally, sleep=time.sleep, watch=lambda: None)
        sender.send_all(split(wanted, most_objects=_ENVELOPE, most_bytes=target.max_content_length))
    finally:
        transport.close()
    return tally


def pull(stage: Stage, player: Player) -> Counter[VersionKey]:
    """Read every version in the collection `all` with taxii2-client, and count how often each came."""
    client = _taxii2_client()
    server = client.Server(stage.discovery, user=player.account, password=player.token)
    try:
        everything = next(one for one in server.default.collections if one.id == ALL.id)
        pages = client.as_pages(everything.get_objects, per_request=_PAGE, version="all")
        return Counter(_key(thing) for page in pages for thing in page.get("objects", []))
    finally:
        server.close()


def _taxii2_client() -> Any:  # noqa: ANN401 - the library has no types
    try:
        from taxii2client import v21  # noqa: PLC0415 - for this command alone, and not among the hub's dependencies
    except ImportError as error:
        raise ConfigurationError(
            "the demonstration pulls with taxii2-client, which is not installed; scripts/demo installs it"
        ) from error
    return v21


def _key(thing: Mapping[str, Any]) -> VersionKey:
    stamp = thing.get("modified", thing.get("created"))
    return VersionKey(thing["id"], parse_timestamp(stamp) if isinstance(stamp, str) else None)
