"""What a change to the log stands on, held and read in one exchange with the server."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hub.domain.directory import Principal
from hub.domain.identifiers import AccountId, OrganisationId, StixId
from hub.store.database import Database
from hub.store.directory.accounts import account_of
from hub.store.directory.members import member_of
from hub.store.directory.organisations import organisation_of
from hub.store.log.head import LOCK, Head, head_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Publishers, the head of the log, the policy epoch, and of some ids who has published anything under them.

    Nobody can change the publishers, their organisations and members, or the log until this transaction ends.
    """

    principals: Mapping[AccountId, Principal]
    head: Head
    epoch: int
    publishers: Mapping[StixId, frozenset[OrganisationId]]


_ACCOUNTS: Final = (
    "SELECT a.id, a.organisation, a.roles, a.purpose, a.active,"
    " o.id, o.member, o.kind, o.name, o.served_by, o.cross_border, o.active, o.identity"
    " FROM accounts a JOIN organisations o ON o.id = a.organisation WHERE a.id = ANY(%s) ORDER BY a.id FOR SHARE"
)
_MEMBERS: Final = (
    "SELECT code, name, status FROM members WHERE code IN (SELECT o.member FROM accounts a"
    " JOIN organisations o ON o.id = a.organisation WHERE a.id = ANY(%s)) ORDER BY code FOR SHARE"
)
_PUBLISHERS: Final = (
    "SELECT object_id, array_agg(DISTINCT producer) FROM log WHERE object_id = ANY(string_to_array(%s, ' '))"
    " GROUP BY object_id"
)


def take_grounds(database: Database, accounts: Iterable[AccountId], ids: Iterable[StixId]) -> Grounds:
    """Hold publishers, then lock the head of the log, then read what is known of some ids, all of which are STIX ids.

    Every statement sees what was committed before it: what is read after the lock is what stands until the commit.
    """
    names = sorted(accounts)
    with database.pipeline():
        held = database.execute(_ACCOUNTS, (names,))
        members = database.execute(_MEMBERS, (names,))
        head = database.execute(LOCK)
        epoch = database.execute("SELECT epoch FROM policy_epoch")
        known = database.execute(_PUBLISHERS, (" ".join(ids),))
    by_code = {member.code: member for member in map(member_of, members)}
    principals = [(account_of(row[:5]), organisation_of(row[5:])) for row in held]
    return Grounds(
        principals={
            account.id: Principal(
                account=account,
                organisation=organisation,
                member=None if organisation.member is None else by_code[organisation.member],
            )
            for account, organisation in principals
        },
        head=head_of(head),
        epoch=epoch.fetchall()[0][0],
        publishers={StixId(name): frozenset(map(OrganisationId, producers)) for name, producers in known},
    )
