"""Who may publish, and what: PR-01 to PR-13, of which the first that matches refuses; otherwise it is accepted.

PR-03 needs the marking-definitions as they arrived, and is found by the validation before these rules are asked.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from hub.domain.catalogue import Collection
from hub.domain.clock import tick_of
from hub.domain.directory import MemberStatus, Principal, Role
from hub.domain.handling import Handling, Tlp
from hub.domain.identifiers import AccountId, OrganisationId, StixId, Tick
from hub.domain.submissions import CheckedObject, StoredVersion
from hub.policy.decisions import Decision
from hub.policy.world import World

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a producer's clock may be ahead of the hub's (PR-06)."""

_IDS_IN_A_SENTENCE = 3


class PublishFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the rules look at of one object that its producer publishes.

    `handling` is effective: the default level is applied, the audiences are resolved. `creator` is the registered
    organisation whose identity `created_by_ref` is. `unknown_refs` are the marking references that are neither known
    to the hub nor defined in the envelope. `stored` are the producer's own versions of this id, in whatever
    collection. `referenced_levels` are the levels of the producer's own objects, stored or in the envelope, that this
    one would give away: the SCOs that `object.refs` names, and for language-content the object it translates.
    """

    object: CheckedObject
    handling: Handling
    creator: OrganisationId | None
    unknown_refs: frozenset[StixId]
    published_by_others: bool
    stored: tuple[StoredVersion, ...]
    referenced_levels: Mapping[StixId, Tlp]
    default_applied: Tlp | None


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What becomes of an object: `rule` and `code` are None where it is accepted, and then there may be warnings.

    `sentence` tells the producer what to do; neither it nor a warning speaks of what others have published.
    """

    rule: str | None = None
    code: str | None = None
    sentence: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether no rule refused it."""
        return self.code is None


def may_publish(world: World, account: AccountId, collection: Collection) -> Decision:
    """Decide whether an account may publish into a collection at all (PR-01, PR-02).

    A permission cites PR-02 too, the rule that all of it rests on: `own-collection` or `regional-collection`.
    """
    producer = world.principal(account)
    if producer is None or not _is_producer(producer):
        return Decision(allowed=False, rule="PR-01", reason="NOT_PRODUCER")
    organisation = producer.organisation
    if not collection.can_write:
        return Decision(allowed=False, rule="PR-02", reason="WRONG_COLLECTION")
    if collection.member is None and organisation.kind in collection.writers:
        return Decision(allowed=True, rule="PR-02", reason="regional-collection")
    if collection.member is not None and collection.member == organisation.member:
        return Decision(allowed=True, rule="PR-02", reason="own-collection")
    return Decision(allowed=False, rule="PR-02", reason="WRONG_COLLECTION")


def _is_producer(principal: Principal) -> bool:
    """PR-01. An observer is not an active member: it reads what names it, and publishes nothing."""
    if not principal.account.active or not principal.organisation.active:
        return False
    if principal.member is not None and principal.member.status is not MemberStatus.ACTIVE:
        return False
    return Role.PRODUCER in principal.account.roles


def judge(facts: PublishFacts, *, at: datetime) -> Verdict:
    """Judge one object by PR-04 to PR-13. One that is there already, content and all, is accepted again."""
    refusal = (
        _pr_04_forged_creator(facts)
        or _pr_05_modified_before_created(facts)
        or _pr_06_modified_in_future(facts, at=at)
        or _pr_07_unknown_marking(facts)
        or _pr_08_contradictory_audience(facts)
        or _pr_09_id_owned_by_other(facts)
        or _pr_10_version_conflict(facts)
        or _pr_11_revoked_final(facts)
        or _pr_12_identity_changed(facts)
        or _pr_13_reference_leaks(facts)
    )
    return refusal or Verdict(warnings=tuple(_warnings(facts)))


def _pr_04_forged_creator(facts: PublishFacts) -> Verdict | None:
    if facts.creator in (None, facts.handling.producer):
        return None
    return _refuse(
        "PR-04",
        "FORGED_CREATOR",
        "`created_by_ref` is the identity of another organisation of this hub, which publishes its objects "
        "itself. Put your own identity there, or leave the object to its creator.",
    )


def _pr_05_modified_before_created(facts: PublishFacts) -> Verdict | None:
    created, modified = facts.object.created, facts.object.modified
    if created is None or modified is None or modified >= created:
        return None
    return _refuse("PR-05", "MODIFIED_BEFORE_CREATED", "`modified` is before `created`. Correct the timestamps.")


def _pr_06_modified_in_future(facts: PublishFacts, *, at: datetime) -> Verdict | None:
    modified = facts.object.modified
    if modified is None or modified <= _latest_modified(at):
        return None
    return _refuse(
        "PR-06",
        "MODIFIED_IN_FUTURE",
        "`modified` is more than five minutes after the hub's clock. Set your clock and publish again.",
    )


def _pr_07_unknown_marking(facts: PublishFacts) -> Verdict | None:
    if not facts.unknown_refs:
        return None
    return _refuse(
        "PR-07",
        "UNKNOWN_MARKING",
        f"It is marked with {_listed(facts.unknown_refs)}, which the hub does not know. Send the "
        "marking-definition in the same envelope, or mark the object otherwise.",
    )


def _pr_08_contradictory_audience(facts: PublishFacts) -> Verdict | None:
    if facts.handling.tlp is not Tlp.CLEAR or not facts.handling.audiences:
        return None
    return _refuse(
        "PR-08",
        "CONTRADICTORY_AUDIENCE",
        "TLP:CLEAR is for everybody and the audience is for some. Remove the audience, or raise the level.",
    )


def _pr_09_id_owned_by_other(facts: PublishFacts) -> Verdict | None:
    """SCOs, and objects of a creator outside the hub, may be contributed by many."""
    outside_creator = facts.object.created_by_ref is not None and facts.creator is None
    if not facts.published_by_others or facts.object.observable or outside_creator:
        return None
    return _refuse(
        "PR-09",
        "ID_OWNED_BY_OTHER",
        "This id is not yours to publish under. Publish the object under an id of your own.",
    )


def _pr_10_version_conflict(facts: PublishFacts) -> Verdict | None:
    if not facts.stored:
        return None
    version, digest = facts.object.version_tick, facts.object.digest
    if version is None:
        return None
    if all(stored.digest == digest for stored in facts.stored if stored.version_tick == version):
        return None
    return _refuse(
        "PR-10",
        "VERSION_CONFLICT",
        "You have published this version already, with other content. Publish the change as a new version, "
        "with a later `modified`.",
    )


def _pr_11_revoked_final(facts: PublishFacts) -> Verdict | None:
    if not facts.stored:
        return None
    version, newest = facts.object.version_tick, _newest(facts.stored)
    if version is None or newest is None or not newest.revoked or version <= newest.version_tick:
        return None
    return _refuse(
        "PR-11", "REVOKED_FINAL", "You have revoked this object, and that is final. Publish it anew under another id."
    )


def _pr_12_identity_changed(facts: PublishFacts) -> Verdict | None:
    if not facts.stored:
        return None
    created, creator = facts.object.created, facts.object.created_by_ref
    if facts.object.version is None:
        return None
    if all(stored.created == created and stored.created_by_ref == creator for stored in facts.stored):
        return None
    return _refuse(
        "PR-12",
        "IDENTITY_CHANGED",
        "`created` or `created_by_ref` differs from the versions that you have published. Keep both as they "
        "were, or publish a new object under another id.",
    )


def _pr_13_reference_leaks(facts: PublishFacts) -> Verdict | None:
    """Refuse what gives more away: a deterministic id its value, a translation its original."""
    own = facts.handling.tlp
    if not facts.referenced_levels:
        return None
    leaking = {ref: level for ref, level in facts.referenced_levels.items() if level > own}
    if not leaking or _is_there_already(facts):
        return None
    level = max(leaking.values()).label
    return _refuse(
        "PR-13",
        "REFERENCE_LEAKS",
        f"It is {own.label} and refers to {_listed(leaking)}, marked up to {level}. Mark it {level} too, or "
        "leave the reference out.",
    )


@lru_cache(maxsize=1)
def _latest_modified(at: datetime) -> Tick:
    """Return the latest instant of a `modified`; it is asked for with the same `at` for every object of a batch."""
    return tick_of(at + CLOCK_TOLERANCE)


def _refuse(rule: str, code: str, sentence: str) -> Verdict:
    return Verdict(rule=rule, code=code, sentence=sentence)


def _is_there_already(facts: PublishFacts) -> bool:
    """Whether the very same content stands at the very same level."""
    return any(stored.digest == facts.object.digest and stored.tlp == facts.handling.tlp for stored in facts.stored)


def _newest(versions: Iterable[StoredVersion]) -> StoredVersion | None:
    return max(versions, key=lambda stored: stored.version_tick, default=None)


def _listed(ids: AbstractSet[StixId] | Mapping[StixId, Tlp]) -> str:
    """Write some ids in order, and of very many only the first."""
    first, more = sorted(ids)[:_IDS_IN_A_SENTENCE], len(ids) - _IDS_IN_A_SENTENCE
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")


def _warnings(facts: PublishFacts) -> Iterator[str]:
    """Say what the producer may not expect of an object that was accepted."""
    handling = facts.handling
    if facts.default_applied is not None:
        yield f"No TLP marking: the collection's default, {facts.default_applied.label}, was applied."
    if handling.unknown_marking:
        yield "A marking says what the hub cannot read: only your own organisation will see this."
    if handling.tlp is Tlp.RED and not any(audience.accounts for audience in handling.audiences):
        yield "Red without an audience that names an account: only your own organisation will see this."
    before = _before(facts)
    if before is not None and handling.tlp < before.tlp:
        yield f"Lowered from {before.tlp.label} to {handling.tlp.label}: the older versions stay as they are."


def _before(facts: PublishFacts) -> StoredVersion | None:
    """Return the stored version that this one follows; an object without versions follows the one stored last."""
    if not facts.stored:
        return None
    version = facts.object.version_tick
    return _newest(stored for stored in facts.stored if version is None or stored.version_tick < version)
