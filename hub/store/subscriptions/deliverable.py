"""Who is delivered to at this moment, as briefly as a dispatcher needs it that asks every second."""

from dataclasses import dataclass

from hub.domain.identifiers import AccountId, OrganisationId, SubscriptionId
from hub.domain.subscriptions.subscription import Channel
from hub.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverable:
    """A subscription that is active or failing; `filter` is its document as it is stored, in JSON."""

    id: SubscriptionId
    account: AccountId
    organisation: OrganisationId
    channel: Channel
    filter: str


def deliverable_subscriptions(database: Database) -> list[Deliverable]:
    """Return what the hub delivers to by itself: every subscription that is not a stream and not at rest."""
    rows = database.execute(
        "SELECT s.id::text, s.account, a.organisation, s.channel, s.filter::text FROM subscriptions s"
        " JOIN accounts a ON a.id = s.account WHERE s.channel <> 'stream' AND s.state IN ('active', 'failing')"
    )
    return [
        Deliverable(
            id=SubscriptionId(number),
            account=AccountId(account),
            organisation=OrganisationId(organisation),
            channel=Channel(channel),
            filter=chosen,
        )
        for number, account, organisation, channel, chosen in rows
    ]
