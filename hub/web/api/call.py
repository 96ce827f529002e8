"""One call of an operation: who makes it, when, on which services, and what they may do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import BaseModel

from hub.domain.directory import Act, Principal
from hub.domain.errors import ForbiddenError, NotFoundError
from hub.domain.identifiers import AccountId, OrganisationId
from hub.policy.permissions import Permission, may, may_of_account, may_somewhere
from hub.services.directory.names import organisation_of_account
from hub.store.database import Pool
from hub.web.api.etags import expectation
from hub.web.services import Services

NOTHING_HERE: Final = "There is nothing here, or nothing that you may see."


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a view is given beside the path, query and body. `if_match` is the header, None where it wasn't sent."""

    services: Services
    principal: Principal
    at: datetime
    if_match: str | None

    @property
    def pool(self) -> Pool:
        """The database that the services of the directory and of agreements work on."""
        return self.services.pool

    def require(self, permission: Permission) -> None:
        """Raise ForbiddenError where the caller does not hold the permission for the whole forum."""
        if not may(self.principal, permission):
            raise _forbidden(permission)

    def see(self, permission: Permission, organisation: OrganisationId) -> None:
        """Raise where the caller may not see such things of an organisation.

        Who may see those of their own is told of others what they would be told where there is nothing.
        """
        if may(self.principal, permission, organisation):
            return
        if may_somewhere(self.principal, permission):
            raise NotFoundError(NOTHING_HERE)
        raise _forbidden(permission)

    def change(self, seen_with: Permission, permission: Permission, organisation: OrganisationId) -> None:
        """Raise where the caller may not see such things of an organisation, or may not change them."""
        self.see(seen_with, organisation)
        if not may(self.principal, permission, organisation):
            raise _forbidden(permission)

    def see_of_account(self, permission: Permission, account: AccountId) -> None:
        """Raise NotFoundError where the caller may not see such things of an account, be it there or not."""
        if not self._may_of(permission, account):
            raise NotFoundError(NOTHING_HERE)

    def change_of_account(self, seen_with: Permission, permission: Permission, account: AccountId) -> None:
        """Raise where the caller may not see such things of an account, or may not do this with them."""
        self.see_of_account(seen_with, account)
        if not self._may_of(permission, account):
            raise _forbidden(permission)

    def _may_of(self, permission: Permission, account: AccountId) -> bool:
        return may_of_account(self.principal, permission, account, organisation_of_account(account))

    def holds(self, permission: Permission) -> bool:
        """Tell whether the caller holds the permission for the whole forum."""
        return may(self.principal, permission)

    def act(self, model_of: Callable[[object], BaseModel] | None = None) -> Act:
        """Return the change that the caller asks for, on what If-Match names where it names anything.

        `model_of` gives the resource of what is changed; None where the change is of no resource there is yet.
        """
        actor, at = self.principal.account.id, self.at
        if model_of is None:
            return Act(actor=actor, at=at)
        return Act(actor=actor, at=at, expects=expectation(self.if_match, model_of))


def _forbidden(permission: Permission) -> ForbiddenError:
    return ForbiddenError(f"This takes the permission {permission}, which your account does not have here.")
