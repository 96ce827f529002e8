"""Which collections an account may read from and write to (TAXII 2.1 §5.2)."""

from typing import Final

from hub.domain.catalogue import Collection
from hub.domain.directory import Principal
from hub.domain.errors import ForbiddenError
from hub.policy.publishing import may_publish
from hub.policy.world import World

REFUSALS: Final = {
    "NOT_PRODUCER": "Publishing takes an active account with the role producer; ask the hub's operators.",
    "WRONG_COLLECTION": "Your organisation does not publish here; `can_write` of each collection says where it may.",
}
"""What a producer is told who may not publish at all (PR-01, PR-02), by code."""


class Access:
    """Answers from what is known of the caller: just established by authentication, or remembered from when it was.

    Whoever refuses something that is only remembered looks it up first.
    """

    def can_read(self, principal: Principal, collection: Collection) -> bool:
        """Whether the collection can be read at all; what of it is visible the reading rules decide."""
        return principal.account.active and collection.can_read

    def can_write(self, principal: Principal, collection: Collection) -> bool:
        """Whether PR-01 and PR-02 let the account publish there."""
        return may_publish(_world_of(principal), principal.account.id, collection).allowed

    def require_write(self, principal: Principal, collection: Collection) -> None:
        """Raise ForbiddenError, with what to do about it, where the account may not publish there."""
        right = may_publish(_world_of(principal), principal.account.id, collection)
        if not right.allowed:
            raise ForbiddenError(REFUSALS[right.reason], code=right.reason)


def _world_of(principal: Principal) -> World:
    """Return the world as far as the publishing account itself is concerned."""
    return World(
        members={} if principal.member is None else {principal.member.code: principal.member},
        organisations={principal.organisation.id: principal.organisation},
        accounts={principal.account.id: principal.account},
        agreements=(),
    )
