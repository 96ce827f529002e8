"""Which collections an account may read from and write to (TAXII 2.1 §5.2)."""

from hub.domain.catalogue import Collection
from hub.domain.directory import Principal
from hub.policy.publishing import may_publish
from hub.policy.world import World


class Access:
    """Answers from the facts that authentication has just established."""

    def can_read(self, principal: Principal, collection: Collection) -> bool:
        """Whether the collection can be read at all; what of it is visible the reading rules decide."""
        return principal.account.active and collection.can_read

    def can_write(self, principal: Principal, collection: Collection) -> bool:
        """Whether PR-01 and PR-02 let the account publish there."""
        return may_publish(world_of(principal), principal.account.id, collection).allowed


def world_of(principal: Principal) -> World:
    """Return the world as far as the publishing account itself is concerned."""
    return World(
        members={} if principal.member is None else {principal.member.code: principal.member},
        organisations={principal.organisation.id: principal.organisation},
        accounts={principal.account.id: principal.account},
        agreements=(),
    )
