"""A change made for real: by the services that operators use, with a second operator where one is asked for."""

from typing import assert_never

from hub.domain.agreements import Agreement, AgreementState
from hub.domain.directory import Act, MemberStatus
from hub.domain.identifiers import AgreementId
from hub.policy.changes.candidates import (
    AccountTurn,
    Adoption,
    AgreementTurn,
    Change,
    Consent,
    ConsentTurn,
    MemberTurn,
    OrganisationTurn,
    PairTurn,
    Standing,
)
from hub.services.agreements import drafting, pairs, standing
from hub.services.agreements.catalogue import show_agreement
from hub.services.directory import accounts, members, organisations
from hub.store.database import Pool
from tests.service.foresight.staging import document_of
from tests.support.acts import made
from tests.unit.policy.countries import NOW

ASKING, APPROVING = made("cli:olga", at=NOW), made("cli:omar", at=NOW)


def apply(pool: Pool, change: Change) -> None:
    """Make a change."""
    match change:
        case Adoption(agreement=agreement):
            _adopt(pool, agreement)
        case AgreementTurn(agreement=name, state=state):
            _turn_agreement(pool, name, state)
        case PairTurn(standing=to):
            turn_pair = pairs.suspend_pair if to is Standing.SUSPENDED else pairs.resume_pair
            record = turn_pair(pool, change.one, change.other, act=ASKING)
            _approve(pool, record.id)
        case MemberTurn() | OrganisationTurn() | AccountTurn() | ConsentTurn():
            _change_directory(pool, change, ASKING)
        case _:
            assert_never(change)


def _adopt(pool: Pool, agreement: Agreement) -> None:
    drafting.draft(pool, document_of(agreement), act=ASKING)
    standing.propose(pool, agreement.id, agreement.version, act=ASKING)
    _approve(pool, agreement.id)


def _turn_agreement(pool: Pool, name: AgreementId, state: AgreementState) -> None:
    turns = {
        AgreementState.ACTIVE: standing.resume,
        AgreementState.SUSPENDED: standing.suspend,
        AgreementState.ENDED: standing.end,
    }
    turns[state](pool, name, act=ASKING)
    _approve(pool, name)


def _approve(pool: Pool, name: AgreementId) -> None:
    """Approve what awaits it, if anything does."""
    if show_agreement(pool, name).awaiting is not None:
        standing.approve(pool, name, act=APPROVING)


def _change_directory(pool: Pool, change: MemberTurn | OrganisationTurn | AccountTurn | ConsentTurn, act: Act) -> None:
    match change:
        case MemberTurn(member=code, status=status):
            turns = {
                MemberStatus.ACTIVE: members.activate_member,
                MemberStatus.OBSERVER: members.observe_member,
                MemberStatus.SUSPENDED: members.suspend_member,
            }
            turns[status](pool, code, act=act)
        case OrganisationTurn(organisation=name, standing=to):
            switch = organisations.enable_organisation if to is Standing.ACTIVE else organisations.disable_organisation
            switch(pool, name, act=act)
        case AccountTurn(account=account, standing=to):
            turn = accounts.enable_account if to is Standing.ACTIVE else accounts.disable_account
            turn(pool, account, act=act)
        case ConsentTurn(organisation=name, consent=consent):
            give = organisations.give_consent if consent is Consent.GIVEN else organisations.withdraw_consent
            give(pool, name, act=act)
        case _:
            assert_never(change)
