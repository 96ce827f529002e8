"""Subscriptions: an account's own, those of an administrator's organisation, and for operators how all get on."""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Final

from hub.domain.clock import tick_of, timestamp_of
from hub.domain.directory import Act
from hub.domain.errors import NotFoundError, RequestError, UnprocessableError
from hub.domain.identifiers import AccountId, OrganisationId, SubscriptionId, Tick
from hub.domain.subscriptions.documents import filter_of
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.subscription import Signature, Target
from hub.policy.permissions import Permission, may, may_of_account
from hub.services.directory.members import member_codes
from hub.services.directory.names import organisation_of_account
from hub.services.subscriptions import adding, catalogue, changing, rotating
from hub.services.subscriptions.positions import Place, Where
from hub.services.subscriptions.targets import taxii_target, webhook_target
from hub.store.subscriptions.rows import Kept
from hub.web.api.call import NOTHING_HERE, Call
from hub.web.api.models.base import Created
from hub.web.api.models.subscriptions.orders import (
    ErrorShown,
    FilterGiven,
    Password,
    ProgressModel,
    Replay,
    ReplayedModel,
    Rotation,
    SubscriptionChange,
    SubscriptionGiven,
    SubscriptionItem,
    SubscriptionList,
    SubscriptionPaging,
    SubscriptionResource,
    SubscriptionToAdd,
)
from hub.web.api.operations import Surface
from hub.web.api.paging import page_of
from hub.web.api.problems import Fault, FaultyError
from hub.web.stream.positions import Positions

TAG: Final = "subscriptions"
SUBSCRIPTION: Final = "/subscriptions/<subscription>"

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def list_subscriptions(call: Call, query: SubscriptionPaging) -> SubscriptionList:
    """List subscriptions: all, for operators and auditors; those of the own organisation, or of the own account."""
    account, organisation = _choice(call, query)
    known = catalogue.list_subscriptions(call.pool, account=account, organisation=organisation)
    page, following = page_of(known, _key, query)
    now = tick_of(call.at)
    items = [SubscriptionItem.of(kept, call.services.waiting(kept.subscription), now) for kept in page]
    return SubscriptionList(items=items, next=following)


def add_subscription(call: Call, body: SubscriptionToAdd) -> Created:
    """Add a subscription; the secret that signs a webhook's deliveries is in this answer and in no other."""
    account = call.principal.account.id if body.account is None else AccountId(body.account)
    call.change_of_account(Permission.READ_SUBSCRIPTIONS, Permission.KEEP_SUBSCRIPTIONS, account)
    wanted = adding.Wanted(
        account=account,
        target=_target(call, body),
        filter=_filter(call, body.filter),
        start=body.start,
        batch_objects=body.batch_objects,
        batch_bytes=body.batch_bytes,
        password=body.password,
    )
    given = adding.add_subscription(call.pool, wanted, sealer=call.services.sealer(), act=call.act())
    return Created(model=_given(given), location=f"/api/v1/subscriptions/{given.kept.subscription.id}")


def show_subscription(call: Call, subscription: str) -> SubscriptionResource:
    """Show what is delivered, and where to; never a secret."""
    return _shown(call, visible(call, subscription))


def show_progress(call: Call, subscription: str) -> ProgressModel:
    """Show how far a subscription is, what waits, and what went wrong lately."""
    kept = visible(call, subscription)
    progress = catalogue.show_progress(call.pool, kept.subscription.id)
    error_of = ErrorShown.of if keeps(call, kept) else ErrorShown.outline
    ahead = call.services.waiting(progress.kept.subscription)
    position = _sealed(call, progress.kept.subscription.position)
    errors = [error_of(error) for error in progress.errors]
    return ProgressModel.of(progress, ahead, tick_of(call.at), position=position, errors=errors)


def change_subscription(call: Call, subscription: str, body: SubscriptionChange) -> SubscriptionResource:
    """Change address, filter and sizes; from the next batch on that holds for all that has not been sent."""
    number = permitted(call, subscription, Permission.KEEP_SUBSCRIPTIONS)
    change = changing.Change(
        url=None if body.url is None else webhook_target(body.url, networks=call.services.networks).url,
        signature=body.signature,
        filter=None if body.filter is None else _filter(call, body.filter),
        batch_objects=body.batch_objects,
        batch_bytes=body.batch_bytes,
    )
    return _shown(call, changing.change_subscription(call.pool, number, change, act=act_on(call)))


def pause_subscription(call: Call, subscription: str) -> SubscriptionResource:
    """Send nothing more until it is resumed; the position is kept."""
    number = permitted(call, subscription, Permission.STEER_SUBSCRIPTIONS)
    return _shown(call, changing.pause_subscription(call.pool, number, act=act_on(call)))


def resume_subscription(call: Call, subscription: str) -> SubscriptionResource:
    """Go on from the position that was kept, at once, whatever has failed before."""
    number = permitted(call, subscription, Permission.STEER_SUBSCRIPTIONS)
    return _shown(call, changing.resume_subscription(call.pool, number, act=act_on(call)))


def replay_subscription(call: Call, subscription: str, body: Replay) -> ReplayedModel:
    """Go on from another position, back or ahead. One that fails or was stopped is started; a paused one stays so."""
    number = permitted(call, subscription, Permission.STEER_SUBSCRIPTIONS)
    replayed = changing.replay_subscription(call.pool, number, _where(call, body.place), act=act_on(call))
    now = replayed.kept.subscription
    return ReplayedModel(former=_sealed(call, replayed.former), position=_sealed(call, now.position), state=now.state)


def rotate_secret(call: Call, subscription: str, body: Rotation) -> SubscriptionGiven:
    """Give a webhook a new secret, in this answer and in no other; the former signs beside it for a while."""
    number = permitted(call, subscription, Permission.KEEP_SUBSCRIPTIONS)
    sealer = call.services.sealer()
    return _given(rotating.rotate_secret(call.pool, number, hours=body.keep_hours, sealer=sealer, act=act_on(call)))


def drop_old_secret(call: Call, subscription: str) -> SubscriptionResource:
    """Sign with the newest secret alone from now on."""
    number = permitted(call, subscription, Permission.KEEP_SUBSCRIPTIONS)
    return _shown(call, rotating.drop_old_secret(call.pool, number, act=act_on(call)))


def set_password(call: Call, subscription: str, body: Password) -> SubscriptionResource:
    """Call on the other TAXII server with another password."""
    number = permitted(call, subscription, Permission.KEEP_SUBSCRIPTIONS)
    sealer = call.services.sealer()
    return _shown(call, rotating.set_password(call.pool, number, body.password, sealer=sealer, act=act_on(call)))


def remove_subscription(call: Call, subscription: str) -> None:
    """End a subscription for good, with its secret and its position."""
    changing.remove_subscription(
        call.pool, permitted(call, subscription, Permission.STEER_SUBSCRIPTIONS), act=act_on(call)
    )


def _choice(call: Call, query: SubscriptionPaging) -> tuple[AccountId | None, OrganisationId | None]:
    """Return the account or the organisation that is listed; raise NotFoundError where it is hidden or not there."""
    if query.account is not None:
        account = AccountId(query.account)
        call.see_of_account(Permission.READ_SUBSCRIPTIONS, account)
        if query.organisation not in {None, organisation_of_account(account)}:
            raise NotFoundError(NOTHING_HERE)
        return account, None
    if query.organisation is not None:
        organisation = OrganisationId(query.organisation)
        if not may(call.principal, Permission.READ_SUBSCRIPTIONS, organisation):
            raise NotFoundError(NOTHING_HERE)
        return None, organisation
    if call.holds(Permission.READ_SUBSCRIPTIONS):
        return None, None
    own = call.principal.organisation.id
    if may(call.principal, Permission.READ_SUBSCRIPTIONS, own):
        return None, own
    return call.principal.account.id, None


def visible(call: Call, subscription: str) -> Kept:
    """Return a subscription that the caller may see; of another they are told what they are where there is none."""
    if not _UUID.fullmatch(subscription):
        raise NotFoundError(NOTHING_HERE)
    try:
        kept = catalogue.show_subscription(call.pool, SubscriptionId(subscription))
    except NotFoundError:
        raise NotFoundError(NOTHING_HERE) from None
    call.see_of_account(Permission.READ_SUBSCRIPTIONS, kept.subscription.account)
    return kept


def permitted(call: Call, subscription: str, permission: Permission) -> SubscriptionId:
    """Return the id of a subscription with which the caller may do this."""
    kept = visible(call, subscription)
    call.change_of_account(Permission.READ_SUBSCRIPTIONS, permission, kept.subscription.account)
    return kept.subscription.id


def keeps(call: Call, kept: Kept) -> bool:
    """Tell whether a subscription is the caller's to keep: they are shown all of it, others an outline."""
    account = kept.subscription.account
    return may_of_account(call.principal, Permission.KEEP_SUBSCRIPTIONS, account, organisation_of_account(account))


def _shown(call: Call, known: object) -> SubscriptionResource:
    whole = isinstance(known, Kept) and keeps(call, known)
    return SubscriptionResource.of(known) if whole else SubscriptionResource.outline(known)


def _given(given: adding.Given) -> SubscriptionGiven:
    return SubscriptionGiven(subscription=SubscriptionResource.of(given.kept), secret=given.secret)


def act_on(call: Call) -> Act:
    """Return the change that the caller asks for, on the subscription as If-Match names it."""
    return call.act(lambda known: _shown(call, known))


def _target(call: Call, body: SubscriptionToAdd) -> Target:
    networks = call.services.networks
    if body.channel == "taxii":
        if body.signature is not None:
            raise UnprocessableError("Pushes to another TAXII server are not signed: they have a password.")
        return taxii_target(body.url, body.collection or "", body.username, networks=networks)
    if body.collection is not None or body.username is not None:
        raise UnprocessableError("A webhook has neither collection nor user name: its deliveries are signed.")
    return webhook_target(body.url, networks=networks, signature=body.signature or Signature.SECRET)


def _filter(call: Call, given: FilterGiven) -> Filter:
    return filter_of(given.model_dump(exclude_none=True), call.services.catalogue, member_codes(call.pool))


def _sealed(call: Call, position: Tick) -> str:
    """Write a position. INVARIANT: in the clear it would tell when something was committed that is hidden."""
    return Positions(call.services.cursor_key).seal(position)


def _where(call: Call, place: Place | datetime | str) -> Where:
    if isinstance(place, Place | datetime):
        return place
    try:
        return Positions(call.services.cursor_key).read(place)
    except RequestError:
        raise FaultyError([Fault(path="/from", message="It is not one that this API gave out")]) from None


def _key(kept: Kept) -> str:
    return f"{timestamp_of(tick_of(kept.made))} {kept.subscription.id}"


def attach_subscriptions(surface: Surface) -> None:
    """Offer the operations on subscriptions."""
    missing = frozenset({HTTPStatus.NOT_FOUND})
    changed = frozenset({HTTPStatus.PRECONDITION_FAILED})
    shown = SubscriptionResource
    surface.offer(
        "GET",
        "/subscriptions",
        list_subscriptions,
        tag=TAG,
        answers=SubscriptionList,
        query=SubscriptionPaging,
        refuses=missing,
    )
    surface.offer(
        "POST",
        "/subscriptions",
        add_subscription,
        tag=TAG,
        answers=SubscriptionGiven,
        status=HTTPStatus.CREATED,
        body=SubscriptionToAdd,
        refuses=missing,
    )
    surface.offer("GET", SUBSCRIPTION, show_subscription, tag=TAG, answers=shown)
    surface.offer("GET", f"{SUBSCRIPTION}/progress", show_progress, tag=TAG, answers=ProgressModel)
    surface.offer("PATCH", SUBSCRIPTION, change_subscription, tag=TAG, answers=shown, body=SubscriptionChange)
    surface.offer("POST", f"{SUBSCRIPTION}/pause", pause_subscription, tag=TAG, answers=shown)
    surface.offer("POST", f"{SUBSCRIPTION}/resume", resume_subscription, tag=TAG, answers=shown)
    surface.offer(
        "POST",
        f"{SUBSCRIPTION}/replay",
        replay_subscription,
        tag=TAG,
        answers=ReplayedModel,
        body=Replay,
        refuses=changed,
    )
    surface.offer(
        "POST",
        f"{SUBSCRIPTION}/rotate-secret",
        rotate_secret,
        tag=TAG,
        answers=SubscriptionGiven,
        body=Rotation,
        refuses=changed,
    )
    surface.offer("POST", f"{SUBSCRIPTION}/drop-old-secret", drop_old_secret, tag=TAG, answers=shown)
    surface.offer("POST", f"{SUBSCRIPTION}/password", set_password, tag=TAG, answers=shown, body=Password)
    surface.offer("DELETE", SUBSCRIPTION, remove_subscription, tag=TAG, answers=None, refuses=changed)
