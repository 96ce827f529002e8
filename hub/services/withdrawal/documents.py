"""What a subscriber is told: withdrawals, each by its object, version and cause, and never who or why."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from hub.domain.clock import timestamp_of
from hub.domain.identifiers import SubscriptionId
from hub.domain.subscriptions.withdrawals import Notice

CONTENT_TYPE: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Notices that go out together, in order. They were judged under the policy of `epoch`, and hold no longer."""

    epoch: int
    notices: tuple[Notice, ...]

    @property
    def body(self) -> bytes:
        """The notices as JSON."""
        return json.dumps({"withdrawals": [document_of(notice) for notice in self.notices]}).encode()

    def id_for(self, subscription: SubscriptionId) -> str:
        """Return the delivery id: the subscription and the notices decide it, however often they are sent."""
        return str(uuid5(UUID(subscription), "withdrawals " + " ".join(notice.id for notice in self.notices)))

    @staticmethod
    def headers_for(subscription: SubscriptionId) -> Mapping[str, str]:
        """Return what the receiver is told beside the notices."""
        return {"Content-Type": CONTENT_TYPE, "Hub-Subscription": subscription, "Hub-Event": "withdrawal"}


def document_of(notice: Notice) -> dict[str, str]:
    """Write a notice: `withdrawal` is what is acknowledged, `id` and `version` name the object as TAXII does."""
    withdrawn = notice.withdrawn
    return {
        "withdrawal": notice.id,
        "id": withdrawn.key.object_id,
        "version": withdrawn.version,
        "cause": withdrawn.cause.value,
        "at": timestamp_of(withdrawn.at),
    }


def stream_events(notices: Iterable[Notice]) -> bytes:
    """Write notices as events of a stream, without an id: a position is not moved by them (WHATWG HTML §9.2)."""
    return b"".join(b"event: withdrawal\ndata: %b\n\n" % json.dumps(document_of(notice)).encode() for notice in notices)
