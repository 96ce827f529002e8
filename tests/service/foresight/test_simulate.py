"""Who may ask what a change would do, and what each is told: the hub's desk, a party's CERT, and nobody else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from hub.domain.agreements import Agreement, AgreementState, Effect
from hub.domain.directory import MemberStatus, Organisation, OrganisationKind, Principal, Role
from hub.domain.errors import ForbiddenError, NotFoundError
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode, OrganisationId
from hub.policy.changes.candidates import Adoption, AgreementTurn, Change, MemberTurn
from hub.policy.changes.matrix import Tally
from hub.runtime.wiring import now
from hub.services.directory.organisations import add_organisation
from hub.services.foresight.documents import foresight_document
from hub.services.foresight.simulate import Foresight, simulate
from tests.support.acts import made
from tests.support.agreements import conclude, document_behind, signer
from tests.support.hub import ACTOR, TestHub, running_hub
from tests.support.stix import indicator
from tests.unit.policy.countries import clause

AU, NZ = MemberCode("AU"), MemberCode("NZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A hub, who asks, and what Australia has published."""

    hub: TestHub
    operator: Principal
    auditor: Principal
    au: Principal
    nz: Principal
    sg: Principal
    unasked: Foresight
    published: tuple[str, ...]


@pytest.fixture(scope="module")
def cast(database_url: str, redis_url: str) -> Iterator[Cast]:
    with running_hub(database_url, redis_url) as hub:
        desk = Organisation(
            id=OrganisationId("desk"),
            member=None,
            kind=OrganisationKind.HUB,
            name="The desk",
            served_by=None,
            cross_border=False,
            active=True,
            identity=None,
        )
        add_organisation(hub.parts.pool, desk, act=made(ACTOR))
        operator, auditor = hub.account("desk/olga", Role.OPERATOR), hub.account("desk/otto", Role.AUDITOR)
        au, nz, sg = (hub.account(f"{code}-cert/ana") for code in ("au", "nz", "sg"))
        unasked = _simulate(hub, nz)
        things = [indicator(tlp=Tlp.AMBER), indicator(tlp=Tlp.AMBER), indicator(tlp=Tlp.GREEN)]
        hub.accept(au, "au", *things)
        hub.accept(sg, "sg", indicator(tlp=Tlp.AMBER))
        yield Cast(
            hub=hub,
            operator=operator,
            auditor=auditor,
            au=au,
            nz=nz,
            sg=sg,
            unasked=unasked,
            published=tuple(thing["id"] for thing in things[:2]),
        )


def _agreement() -> Agreement:
    """Return an agreement by which Australia gives New Zealand its amber."""
    parties = frozenset({AU, NZ})
    return Agreement(
        id=AgreementId("au-nz-amber"),
        version=1,
        title="Amber for New Zealand",
        effect=Effect.PERMIT,
        state=AgreementState.PROPOSED,
        parties=parties,
        signed_by=frozenset(),
        valid_from=now(),
        valid_until=None,
        clauses=(replace(clause(origins=["AU"], destinations=["NZ"]), tlp_max=Tlp.AMBER),),
    )


def _simulate(hub: TestHub, asker: Principal | None, change: Change | None = None) -> Foresight:
    return simulate(hub.parts.pool, change or Adoption(agreement=_agreement()), asker=asker, at=now())


def test_the_desk_sees_who_gains_what_and_how_much_and_no_object(cast: Cast) -> None:
    for asker in (None, cast.operator, cast.auditor):
        (cell,) = _simulate(cast.hub, asker).cells
        assert cell.readers[1:] == ("nz-cert", ("nz-cert/ana",), 1)
        assert (cell.content.producer, cell.content.tlp, cell.content.type) == ("au-cert", Tlp.AMBER, "indicator")
        assert (cell.gained, cell.lost) == (Tally(2, 2), None)
        assert _simulate(cast.hub, asker).samples == ()


def test_a_party_sees_what_of_its_own_is_given_and_which_objects(cast: Cast) -> None:
    foreseen = _simulate(cast.hub, cast.au)
    counted = [cell for cell in foreseen.cells if cell.gained == Tally(2, 2)]
    assert [cell.content.producer for cell in counted] == ["au-cert"]
    assert all(AU in (cell.readers.member, cell.content.origin) for cell in foreseen.cells)
    assert all(cell.readers.accounts == () for cell in foreseen.cells if cell.readers.member != AU)
    assert set(foreseen.samples) == set(cast.published)


def test_a_party_that_gains_learns_what_it_would_read_and_nothing_of_what_there_is(cast: Cast) -> None:
    """The answer is the same as when Australia had published nothing."""
    foreseen = _simulate(cast.hub, cast.nz)
    assert foreseen.cells == cast.unasked.cells
    assert foreseen.samples == ()
    assert {cell.content.tlp for cell in foreseen.cells if cell.gained} == {Tlp.AMBER}


def test_who_is_no_party_is_told_nothing(cast: Cast) -> None:
    for change in (None, AgreementTurn(agreement=AgreementId("nowhere"), state=AgreementState.ENDED)):
        with pytest.raises(ForbiddenError):
            _simulate(cast.hub, cast.sg, change)


@pytest.mark.parametrize(
    "unfit",
    [
        {"account": {"active": False}},
        {"account": {"roles": frozenset({Role.PRODUCER})}},
        {"organisation": {"kind": OrganisationKind.CONSTITUENT}},
        {"organisation": {"active": False}},
        {"member": {"status": MemberStatus.SUSPENDED}},
    ],
)
def test_who_does_not_speak_for_a_party_is_told_nothing(cast: Cast, unfit: dict[str, dict[str, object]]) -> None:
    parts = {name: replace(getattr(cast.au, name), **facts) for name, facts in unfit.items()}
    with pytest.raises(ForbiddenError):
        _simulate(cast.hub, replace(cast.au, **parts))


def test_changes_of_the_directory_are_for_the_desk(cast: Cast) -> None:
    suspended = MemberTurn(member=NZ, status=MemberStatus.SUSPENDED)
    assert any(cell.lost == Tally(1, 1) for cell in _simulate(cast.hub, cast.operator, suspended).cells)
    with pytest.raises(ForbiddenError):
        _simulate(cast.hub, cast.nz, suspended)


def test_what_the_hub_does_not_know_cannot_change(cast: Cast) -> None:
    with pytest.raises(NotFoundError):
        _simulate(cast.hub, None, AgreementTurn(agreement=AgreementId("nowhere"), state=AgreementState.ENDED))


def test_an_agreement_that_begins_later_is_foreseen_for_its_beginning(cast: Cast) -> None:
    begins = now().replace(year=2030)
    foreseen = _simulate(cast.hub, None, Adoption(agreement=replace(_agreement(), valid_from=begins)))
    assert foreseen.asked < foreseen.at == begins
    assert len(foreseen.cells) == 1


def test_asking_changes_nothing(cast: Cast) -> None:
    before = cast.hub.versions(cast.nz)
    _simulate(cast.hub, cast.operator)
    assert cast.hub.versions(cast.nz) == before
    assert _simulate(cast.hub, None).cells == _simulate(cast.hub, None).cells


def test_the_document_says_it_all(cast: Cast) -> None:
    written = foresight_document(_simulate(cast.hub, cast.operator))
    assert written["change"] == {"kind": "adoption", "agreement": "au-nz-amber", "version": 1}
    assert written["counted"] == "all"
    assert foresight_document(_simulate(cast.hub, cast.nz))["counted"] == "readable"
    change = MemberTurn(member=NZ, status=MemberStatus.SUSPENDED)
    assert foresight_document(_simulate(cast.hub, None, change))["change"] == {
        "kind": "member",
        "member": "NZ",
        "status": "suspended",
    }


def test_a_party_learns_nothing_of_agreements_that_it_may_not_be_told_of(cast: Cast) -> None:
    """Somebody else's exclusion closes all that the agreement would open, and a guessed id is one like any other."""
    pool, hidden = cast.hub.parts.pool, AgreementId("au-keeps-to-itself")
    changes = [Adoption(agreement=_agreement()), Adoption(agreement=replace(_agreement(), id=hidden))]
    before = [_simulate(cast.hub, cast.nz, change).cells for change in changes]
    exclusion = replace(
        _agreement(),
        id=hidden,
        effect=Effect.EXCLUDE,
        parties=frozenset({AU}),
        clauses=(replace(clause(origins=["AU"], destinations=["*"]), tlp_max=Tlp.RED),),
    )
    conclude(pool, document_behind(exclusion), signer(pool, "au-cert"))
    assert _simulate(cast.hub, None, changes[0]).cells == ()
    assert [_simulate(cast.hub, cast.nz, change).cells for change in changes] == before
    assert before[0]
