"""Accounts and their tokens as the API shows and takes them."""

from typing import Annotated

from pydantic import Field

from hub.domain.directory import Account, Role
from hub.store.directory.tokens import Token
from hub.web.api.models.base import AccountName, Answer, Given, Instant, Resource, Slug
from hub.web.api.paging import Paging

Roles = Annotated[list[Role], Field(min_length=1, max_length=len(Role))]
Days = Annotated[int, Field(ge=1, le=3650, description="How many days the token is good for.")]


class AccountResource(Resource):
    """One person or program of an organisation, with one declared purpose."""

    id: str
    organisation: str
    roles: list[Role]
    purpose: str
    active: bool

    @classmethod
    def of(cls, known: object) -> "AccountResource":
        """Show an account."""
        if not isinstance(known, Account):
            raise TypeError(type(known).__name__)
        return cls(
            id=known.id,
            organisation=known.organisation,
            roles=sorted(known.roles),
            purpose=known.purpose,
            active=known.active,
        )


class AccountList(Answer):
    """A page of accounts, in order of id."""

    items: list[AccountResource]
    next: str | None = Field(description="The cursor of the next page; null after the last.")


class AccountPaging(Paging):
    """Which accounts; an administrator gets those of the own organisation."""

    organisation: Slug | None = None


class AccountToAdd(Given):
    """A new account, and for how long its first token is good."""

    id: AccountName
    roles: Roles
    purpose: Slug = "network-defence"
    token_days: Days | None = None


class AccountChange(Given):
    """What is to be different; what is left out stays."""

    roles: Roles | None = None
    purpose: Slug | None = None


class TokenResource(Answer):
    """What is known of a token: never its secret."""

    id: int
    account: str
    created: Instant
    expires: Instant
    last_used: Instant | None
    revoked: Instant | None

    @classmethod
    def of(cls, known: Token) -> "TokenResource":
        """Show a token."""
        return cls(
            id=known.id,
            account=known.account,
            created=known.created,
            expires=known.expires,
            last_used=known.last_used,
            revoked=known.revoked,
        )


class TokenList(Answer):
    """The tokens of an account, oldest first, the expired and revoked ones too."""

    items: list[TokenResource]


class TokenToAdd(Given):
    """For how long a new token is good."""

    days: Days | None = None


class TokenGiven(Answer):
    """A new token at the one moment when its secret is known: no later answer repeats it."""

    username: str
    secret: str
    token: TokenResource
