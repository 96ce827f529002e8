"""Which subscriptions there are, and how each is getting on."""

from dataclasses import dataclass

from hub.domain.directory import Act, MemberStatus
from hub.domain.errors import NotFoundError
from hub.domain.identifiers import AccountId, OrganisationId, SubscriptionId
from hub.store.database import Database, Pool
from hub.store.directory.accounts import find_account
from hub.store.directory.members import find_member
from hub.store.directory.organisations import find_organisation
from hub.store.subscriptions.errors import DeliveryError, last_errors
from hub.store.subscriptions.rows import Kept, find_subscription, lock_subscription
from hub.store.subscriptions.rows import list_subscriptions as stored_subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a subscription is, what went wrong lately (the latest first), and why nothing at all is sent, if so."""

    kept: Kept
    errors: tuple[DeliveryError, ...]
    shut: str | None


def list_subscriptions(
    pool: Pool, *, account: AccountId | None = None, organisation: OrganisationId | None = None
) -> tuple[Kept, ...]:
    """Return all subscriptions, or those of an account, or of an organisation's accounts, oldest first."""
    with pool.statement() as database:
        return stored_subscriptions(database, account=account, organisation=organisation)


def show_subscription(pool: Pool, subscription: SubscriptionId) -> Kept:
    """Return one subscription; raise NotFoundError."""
    with pool.statement() as database:
        return known(find_subscription(database, subscription), subscription)


def show_progress(pool: Pool, subscription: SubscriptionId) -> Progress:
    """Return how a subscription is getting on; raise NotFoundError."""
    with pool.snapshot() as database:
        kept = known(find_subscription(database, subscription), subscription)
        return Progress(
            kept=kept,
            errors=last_errors(database, subscription),
            shut=shut_out(database, kept.subscription.account),
        )


def known(kept: Kept | None, subscription: SubscriptionId) -> Kept:
    """Return a subscription that is there; raise NotFoundError."""
    if kept is None:
        raise NotFoundError(f"There is no subscription {subscription}; hub subscription list names them all.")
    return kept


def locked(database: Database, subscription: SubscriptionId, act: Act) -> Kept:
    """Return a subscription that nobody else changes meanwhile, and that is as the asker has seen it.

    Raise NotFoundError, and what `act.expects` raises.
    """
    kept = known(lock_subscription(database, subscription), subscription)
    act.expects(kept)
    return kept


def shut_out(database: Database, account: AccountId) -> str | None:
    """Say why the hub is shut to an account (SR-01), so that nothing is delivered to it; None where it is not."""
    found = find_account(database, account)
    organisation = None if found is None else find_organisation(database, found.organisation)
    if found is None or organisation is None:
        return f"there is no account {account}"
    if not found.active:
        return f"account {account} is disabled"
    if not organisation.active:
        return f"organisation {organisation.id} is disabled"
    member = None if organisation.member is None else find_member(database, organisation.member)
    if member is not None and member.status is MemberStatus.SUSPENDED:
        return f"member {member.code} is suspended"
    return None
