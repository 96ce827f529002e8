"""A whole hub over real servers, without HTTP: for tests of the services."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hub.domain.catalogue import Collection
from hub.domain.directory import Account, Organisation, OrganisationKind, Principal, Role
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId
from hub.domain.pages import Item, Page, Query
from hub.domain.submissions import Outcome, Submission
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.preparing import prepare
from hub.runtime.settings import Settings, load_settings
from hub.runtime.wiring import Parts, build, now, opened
from hub.services.delete import Deleting
from hub.services.directory.accounts import add_account
from hub.services.directory.authenticate import Authenticating
from hub.services.directory.organisations import add_organisation
from hub.services.explaining.noting import Noting
from hub.services.full_pages import FullPages
from hub.services.ingest import Ingest
from hub.services.read import Reading
from hub.services.submit import Submitting
from hub.store.database import Pool
from tests.support.acts import made

ROOT = Path(__file__).resolve().parents[2]
ACTOR = "test"


@dataclass(slots=True)
class Clock:
    """The time of day, moved forward at will."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return now() + self.ahead


class TestHub:
    """The services, and short ways to use them."""

    __test__ = False

    def __init__(self, parts: Parts, settings: Settings, clock: Callable[[], datetime] = now) -> None:
        self.parts = parts
        self.clock = clock
        self.settings = settings
        full_pages = FullPages(settings.full_pages_mib * 2**20)
        self.reading = Reading(parts.clearances, parts.numbers, Noting(parts.pool, self.clock), full_pages=full_pages)
        self.submitting = Submitting(parts.pool, parts.publishing, parts.point, parts.limits, self.clock)
        self.deleting = Deleting(parts.pool, parts.clearances, parts.numbers, self.clock)
        self.ingest = Ingest(
            parts.pool,
            parts.publishing,
            parts.catalogue,
            parts.queue,
            limits=parts.limits,
            part_objects=settings.ingest_chunk,
            clock=self.clock,
        )

    def collection(self, alias: str) -> Collection:
        """Return the collection of an alias."""
        found = self.parts.catalogue.find(alias)
        if found is None:
            raise LookupError(alias)
        return found

    def account(
        self,
        name: str,
        *roles: Role,
        purpose: str = "network-defence",
    ) -> Principal:
        """Add an account, a producer and analyst unless told otherwise, and return it as authenticated."""
        account = Account(
            id=AccountId(name),
            organisation=OrganisationId(name.partition("/")[0]),
            roles=frozenset(roles or (Role.PRODUCER, Role.ANALYST)),
            purpose=purpose,
            active=True,
        )
        issued = add_account(self.parts.pool, account, token_days=1, act=made(ACTOR, at=now()))
        return principal_of(self.parts.pool, issued.secret)

    def organisation(self, name: str, kind: OrganisationKind, *, served_by: str | None = None) -> OrganisationId:
        """Add an organisation to the member that its name begins with."""
        organisation = Organisation(
            id=OrganisationId(name),
            member=MemberCode(name[:2].upper()),
            kind=kind,
            name=f"Example {name}",
            served_by=None if served_by is None else OrganisationId(served_by),
            cross_border=False,
            active=True,
            identity=None,
        )
        return add_organisation(self.parts.pool, organisation, act=made(ACTOR)).id

    def push(self, principal: Principal, alias: str, *objects: dict[str, Any]) -> Submission:
        """Submit objects as one envelope."""
        return self.submitting.receive(principal, self.collection(alias), envelope(*objects))

    def accept(self, principal: Principal, alias: str, *objects: dict[str, Any]) -> list[Outcome]:
        """Submit objects that have to be accepted."""
        outcomes = list(self.push(principal, alias, *objects).outcomes)
        refused = [outcome.message for outcome in outcomes if outcome.code is not None]
        if refused:
            raise AssertionError(refused)
        return outcomes

    def refuse(self, principal: Principal, alias: str, thing: dict[str, Any]) -> str | None:
        """Submit one object and return the code with which it is refused."""
        (outcome,) = self.push(principal, alias, thing).outcomes
        return outcome.code

    def page(self, principal: Principal, alias: str = "all", **query: Any) -> Page[bytes]:
        """Read one page."""
        wanted = replace(Query(collection=self.collection(alias), limit=1_000), **query)
        return self.reading.objects(principal.account.id, wanted, whole)

    def read(self, principal: Principal, alias: str = "all", **query: Any) -> list[dict[str, Any]]:
        """Read the objects of one page."""
        return [json.loads(item) for item in self.page(principal, alias, **query).items]

    def versions(self, principal: Principal, alias: str = "all", **query: Any) -> list[tuple[str, str]]:
        """Read id and `modified` of the objects of one page."""
        return [(thing["id"], thing.get("modified", "")) for thing in self.read(principal, alias, **query)]


def principal_of(pool: Pool, token: str) -> Principal:
    """Return whom a token stands for, as authentication finds it."""
    with closing(Authenticating(pool, now)) as authenticating:
        bearer = authenticating.bearer(None, token)
    if bearer is None:
        raise LookupError(token)
    return bearer.principal


def whole(page: Page[Item]) -> Page[Item]:
    """Write a page as it is."""
    return page


def envelope(*objects: dict[str, Any]) -> bytes:
    """Write an envelope."""
    return json.dumps({"objects": list(objects)}).encode()


@contextmanager
def running_hub(
    database_url: str, redis_url: str, *, clock: Callable[[], datetime] = now, **options: Any
) -> Iterator[TestHub]:
    """Prepare the database with the shipped files and give the services over it, all of them by one clock."""
    shipped = {"collections": ROOT / "collections", "agreements": ROOT / "config" / "agreements"}
    settings = load_settings(environ={}, options=shipped | options)
    urls = ServerUrls(database=database_url, redis=redis_url)
    prepare(settings, urls)
    with opened(urls, size=12) as pool:
        yield TestHub(build(settings, urls, pool, clock=clock), settings, clock)
