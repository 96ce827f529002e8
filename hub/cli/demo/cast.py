"""Who takes part in the demonstration, and who pushes which file of samples where, in order."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import hub
from hub.domain.directory import Account, Act, Organisation, OrganisationKind, Role
from hub.domain.errors import ConfigurationError
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, StixId
from hub.runtime.wiring import now
from hub.services.directory.accounts import add_account
from hub.services.directory.organisations import add_organisation
from hub.store.database import Pool

CHECKOUT: Final = Path(hub.__file__).resolve().parent.parent
SAMPLES: Final = CHECKOUT / "docs" / "samples"
COLLECTIONS: Final = CHECKOUT / "collections"
AGREEMENTS: Final = (
    CHECKOUT / "config" / "agreements" / "regional-baseline.toml",
    SAMPLES / "agreements" / "demo-au-nz.toml",
)

_TOKEN_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """An account of the demonstration, with its token. `short` heads its column."""

    account: AccountId
    short: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One file, pushed by one account into one collection."""

    file: str
    account: AccountId
    collection: str


READERS: Final = (
    (AccountId("au-cert/analyst"), "AU"),
    (AccountId("nz-cert/analyst"), "NZ"),
    (AccountId("jp-cert/analyst"), "JP"),
    (AccountId("sg-cert/analyst"), "SG"),
    (AccountId("fj-cert/analyst"), "FJ"),
    (AccountId("id-cert/analyst"), "ID"),
    (AccountId("au-power/analyst"), "au-power"),
    (AccountId("jp-isac/analyst"), "jp-isac"),
)
"""Six national CERTs, a constituent and a private partner."""

SCENES: Final = tuple(
    Scene(file=file, account=AccountId(account), collection=collection)
    for file, account, collection in (
        ("au-tidepool.json", "au-cert/analyst", "au"),
        ("au-power-incident.json", "au-power/analyst", "au"),
        ("nz-sightings.json", "nz-cert/analyst", "nz"),
        ("jp-harbour-lantern.json", "jp-cert/analyst", "jp"),
        ("jp-isac-telemetry.json", "jp-isac/analyst", "jp"),
        ("sg-hardening.json", "sg-cert/analyst", "best-practices"),
        ("fj-request.json", "fj-cert/analyst", "assistance"),
        ("id-refused.json", "id-cert/analyst", "id"),
    )
)
"""The order matters: the last file takes an id of the first."""

_ORGANISATIONS: Final = (
    Organisation(
        id=OrganisationId("au-power"),
        member=MemberCode("AU"),
        kind=OrganisationKind.CONSTITUENT,
        name="Example Power",
        served_by=OrganisationId("au-cert"),
        cross_border=False,
        active=True,
        identity=StixId("identity--59c7d3ea-5238-434f-987b-8f4d999d8951"),
    ),
    Organisation(
        id=OrganisationId("jp-isac"),
        member=MemberCode("JP"),
        kind=OrganisationKind.PARTNER,
        name="Example ISAC",
        served_by=None,
        cross_border=False,
        active=True,
        identity=StixId("identity--7620e3c1-6882-4338-a7df-de31909711d0"),
    ),
)
"""Those that the collection files do not name."""


def require_samples() -> None:
    """Raise ConfigurationError where the hub was installed without the files that the demonstration shows."""
    for path in (SAMPLES, COLLECTIONS, *AGREEMENTS):
        if not path.exists():
            raise ConfigurationError(f"{path} is not there; the demonstration runs from a checkout of the repository")


def assemble(pool: Pool) -> tuple[Player, ...]:
    """Add the organisations and accounts, each account a producer and analyst with a fresh token."""
    for organisation in _ORGANISATIONS:
        add_organisation(pool, organisation, act=_act())
    return tuple(_player(pool, account, short) for account, short in READERS)


def _player(pool: Pool, name: AccountId, short: str) -> Player:
    account = Account(
        id=name,
        organisation=OrganisationId(name.partition("/")[0]),
        roles=frozenset({Role.PRODUCER, Role.ANALYST}),
        purpose="network-defence",
        active=True,
    )
    issued = add_account(pool, account, token_days=_TOKEN_DAYS, act=_act())
    return Player(account=name, short=short, token=issued.secret)


def _act() -> Act:
    return Act(actor="cli:demo", at=now())
