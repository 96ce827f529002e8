"""A whole hub for the tests of TAXII: real servers and services, seven collections, and a clock that can be moved."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from flask import Flask

from hub.domain.directory import Account, Role
from hub.domain.identifiers import AccountId, OrganisationId
from hub.domain.submissions import Caps
from hub.runtime import wiring
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.settings import Settings
from hub.services.directory.accounts import add_account
from tests.support.acts import made
from tests.taxii.caller import Caller

HERE: Final = Path(__file__).parent
COLLECTIONS: Final = ("xa", "xb", "common", "empty", "read-only", "write-only", "closed")
PAGE_DEFAULT: Final = 50
PAGE_MAX: Final = 100
BODY_MAX: Final = 128 * 1024
PENDING_ABOVE: Final = 150


@dataclass(slots=True)
class MovableClock:
    """The real time, and as far ahead of it as a test says."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A hub with members XA and XB, each with its CERT, and collections of every kind of permission."""

    application: Flask
    settings: Settings
    urls: ServerUrls
    clock: MovableClock

    def account(self, name: str, *roles: Role) -> Caller:
        """Add an account, by default one that publishes and reads, and return it ready to call."""
        organisation = OrganisationId(name.partition("/")[0])
        account = Account(
            id=AccountId(name),
            organisation=organisation,
            roles=frozenset(roles or (Role.PRODUCER, Role.ANALYST)),
            purpose="incident-response",
            active=True,
        )
        with wiring.opened(self.urls) as pool:
            issued = add_account(pool, account, token_days=30, act=made("tests", at=self.clock()))
        return Caller(application=self.application, username=name, token=issued.secret)


def settings_of(data: Path) -> Settings:
    """Return settings small enough for every limit to be reached quickly."""
    return Settings(
        data=data,
        collections=HERE / "collections",
        agreements=data,
        title="A hub under test",
        description="Every item of TAXII 2.1",
        contact="desk@hub.example",
        page_default=PAGE_DEFAULT,
        page_max=PAGE_MAX,
        pending_above=PENDING_ABOVE,
        caps=Caps(body_bytes=BODY_MAX),
    )
