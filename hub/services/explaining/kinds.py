"""The kinds of producers that a reader can tell apart, each with an organisation that stands for all of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from hub.domain.directory import Organisation, OrganisationKind, Principal
from hub.domain.identifiers import MemberCode, OrganisationId
from hub.policy.world import Origin, World


class ProducerKind(StrEnum):
    """What a producer is to a reader: the first that fits. `CONSENTING` lets its amber and stricter leave its country.

    INVARIANT: beside the origin, the reading rules can tell nothing else of a producer.
    """

    OWN = "own-organisation"
    SERVER = "serves-you"
    HUB = "hub"
    CERT = "national-cert"
    CONSENTING = "consents-to-cross-border"
    OTHER = "does-not-consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative:
    """All producers of some origin and kind. Some are nobody's real name, and stand for whoever there may be."""

    origin: Origin
    kind: ProducerKind
    id: OrganisationId


def kind_of(producer: Organisation, reader: Principal) -> ProducerKind:
    """Say what a producer is to a reader."""
    if producer.id == reader.organisation.id:
        return ProducerKind.OWN
    if producer.id == reader.organisation.served_by:
        return ProducerKind.SERVER
    if producer.kind is OrganisationKind.HUB:
        return ProducerKind.HUB
    if producer.kind is OrganisationKind.CERT:
        return ProducerKind.CERT
    return ProducerKind.CONSENTING if producer.cross_border else ProducerKind.OTHER


def with_representatives(world: World, reader: Principal) -> tuple[World, tuple[Representative, ...]]:
    """Return every kind of producer there can be for a reader, and a world in which each of them exists."""
    strangers = list(_strangers(world))
    organisations = dict(world.organisations) | {each.id: each for each in strangers}
    bodies = [*strangers, *_relations(world, reader)]
    found = tuple(Representative(origin=body.member, kind=kind_of(body, reader), id=body.id) for body in bodies)
    return replace(world, organisations=organisations), found


def _relations(world: World, reader: Principal) -> Iterator[Organisation]:
    """Go through the organisations that are something special to the reader."""
    yield reader.organisation
    server = reader.organisation.served_by
    found = None if server is None or server == reader.organisation.id else world.organisation(server)
    if found is not None:
        yield found


def _strangers(world: World) -> Iterator[Organisation]:
    yield _stranger(None, OrganisationKind.HUB, ProducerKind.OTHER)
    for code in world.members:
        yield _stranger(code, OrganisationKind.CERT, ProducerKind.CERT)
        yield _stranger(code, OrganisationKind.CONSTITUENT, ProducerKind.CONSENTING)
        yield _stranger(code, OrganisationKind.CONSTITUENT, ProducerKind.OTHER)


def _stranger(member: MemberCode | None, kind: OrganisationKind, meant: ProducerKind) -> Organisation:
    """Return an organisation by a name that no real one can have."""
    return Organisation(
        id=OrganisationId(f"~{member or 'hub'}~{meant}"),
        member=member,
        kind=kind,
        name="",
        served_by=None,
        cross_border=meant is ProducerKind.CONSENTING,
        active=True,
        identity=None,
    )
