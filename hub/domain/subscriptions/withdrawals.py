"""Withdrawals: what a subscriber was sent and may not have any more, or should not use any more."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, NewType

from hub.domain.identifiers import AccountId, OrganisationId, StixId, SubscriptionId, Tick
from hub.domain.pages import Channel

WithdrawalId = NewType("WithdrawalId", str)
"""RFC 4122 version 4, lower case. It says nothing: it is drawn, so that nobody can guess what it was made of."""


class Cause(StrEnum):
    """Why a version is withdrawn.

    `revoked`: its producer says of the object that it is no longer valid (STIX 2.1 §3.6), in a version that the
    subscriber may read. `deleted`: its producer has removed it. `closed`: the subscriber may not read it any more.
    """

    REVOKED = "revoked"
    DELETED = "deleted"
    CLOSED = "closed"


class Addressee(NamedTuple):
    """Who is told: a subscription, or all streams of an account that belong to none."""

    account: AccountId
    subscription: SubscriptionId | None


class VersionKey(NamedTuple):
    """A version of a producer's object, in whatever collections it stands."""

    object_id: StixId
    producer: OrganisationId
    order: Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A version that an addressee was sent, at this position the last time, and that is withdrawn since `at`.

    `version` is as TAXII names it.
    """

    addressee: Addressee
    channel: Channel
    key: VersionKey
    version: str
    cause: Cause
    position: Tick
    at: Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A withdrawal that its addressee is told of. `received` is when a receiver took the notice."""

    id: WithdrawalId
    number: int
    withdrawn: Withdrawn
    received: Tick | None
    acknowledged: Tick | None
    acknowledged_by: AccountId | None
