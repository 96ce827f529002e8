"""How an account stands before the content of a producer, as far as the reading rules can tell."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.domain.agreements import Effect, Reach
from hub.domain.directory import MemberStatus, Organisation, OrganisationKind, Principal
from hub.domain.handling import Tlp
from hub.domain.identifiers import MemberCode, OrganisationId
from hub.policy.changes.alike import Likeness, Signature
from hub.policy.clauses import covers, in_force
from hub.policy.world import Origin, Term, World


class Grant(NamedTuple):
    """What a covering clause that is in force asks of a case before it grants."""

    tlp_max: Tlp
    types: frozenset[str]
    purposes: frozenset[str]
    reach: Reach
    recipients: frozenset[OrganisationId]
    max_age: timedelta


class Terms(NamedTuple):
    """What agreements in force say of an origin and a reader's member."""

    excluded: bool
    grants: frozenset[Grant]


class ReaderView(NamedTuple):
    """What the rules can tell of a reader whoever the producer is; an organisation's clients are told by `Stance`."""

    hub: bool
    cert: bool
    served_by_own_cert: bool
    purpose: Signature
    recipient: Signature


class Stance(NamedTuple):
    """What the rules can tell of a reader before one producer. Who shares a stance shares every decision.

    INVARIANT: with the level, the type, the unknown marking and how the audiences name the reader, this is all that
    SR-01 to SR-11 look at to allow or deny at an age.
    """

    reader: ReaderView
    own: bool
    client: bool
    domestic: bool
    known: bool
    consents: bool
    terms: Terms


_NO_TERMS = Terms(excluded=False, grants=frozenset())


@dataclass(slots=True)
class Stances:
    """The stances in a world at an instant; each is worked out once."""

    world: World
    at: datetime
    likeness: Likeness
    _terms: dict[tuple[Origin, MemberCode], Terms] = field(default_factory=dict)

    def view(self, reader: Principal | None) -> ReaderView | None:
        """Return what the rules can tell of a reader; None where SR-01 denies it everything."""
        if reader is None or not reader.account.active or not reader.organisation.active:
            return None
        if reader.member is not None and reader.member.status is MemberStatus.SUSPENDED:
            return None
        return ReaderView(
            hub=reader.organisation.kind is OrganisationKind.HUB,
            cert=reader.organisation.kind is OrganisationKind.CERT,
            served_by_own_cert=self._served_by_own_cert(reader.organisation),
            purpose=self.likeness.of_purpose(reader.account.purpose),
            recipient=self.likeness.of_recipient(reader.organisation.id),
        )

    def stance(self, view: ReaderView, reader: Principal, producer: OrganisationId) -> Stance:
        """Return how a reader of that view stands before a producer."""
        known = self.world.organisation(producer)
        own = reader.organisation
        return Stance(
            reader=view,
            own=own.id == producer,
            client=own.served_by == producer,
            domestic=known is not None and known.member == own.member,
            known=known is not None,
            consents=known is not None and (known.kind is OrganisationKind.CERT or known.cross_border),
            terms=_NO_TERMS if known is None else self._terms_between(known.member, own.member),
        )

    def _served_by_own_cert(self, organisation: Organisation) -> bool:
        server = None if organisation.served_by is None else self.world.organisation(organisation.served_by)
        return server is not None and server.kind is OrganisationKind.CERT and server.member == organisation.member

    def _terms_between(self, origin: Origin, member: MemberCode | None) -> Terms:
        if member is None:
            return _NO_TERMS
        terms = self._terms.get((origin, member))
        if terms is None:
            terms = self._terms[origin, member] = self._read_terms(origin, member)
        return terms

    def _read_terms(self, origin: Origin, member: MemberCode) -> Terms:
        covering = [
            term
            for term in self.world.terms_from(origin)
            if covers(term.clause, self.world.members[member]) and in_force(term.agreement, at=self.at)
        ]
        return Terms(
            excluded=any(term.agreement.effect is Effect.EXCLUDE for term in covering),
            grants=self.likeness.one(_grants(term for term in covering if term.agreement.effect is Effect.PERMIT)),
        )


def _grants(terms: Iterable[Term]) -> frozenset[Grant]:
    return frozenset(
        Grant(
            tlp_max=term.clause.tlp_max,
            types=term.clause.types,
            purposes=term.clause.purposes,
            reach=term.clause.reach,
            recipients=term.clause.recipients,
            max_age=term.max_age,
        )
        for term in terms
    )
