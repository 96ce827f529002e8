"""A hub for the tests of the API, with somebody of each role."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from flask import Flask
from werkzeug.datastructures import Headers

from hub.domain.directory import Account, Organisation, OrganisationKind, Role
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId
from hub.runtime import preparing, wiring
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.settings import Settings
from hub.runtime.web.building import build_web
from hub.services.directory.accounts import add_account
from hub.services.directory.organisations import add_organisation
from tests.support.acts import made
from tests.taxii.caller import Answer, basic

API: Final = "/api/v1"
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An account that calls the API. Headers of None are left out of the request."""

    application: Flask
    username: str
    token: str

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str | None] | None = None,
        query: Mapping[str, str] | str = "",
    ) -> Answer:
        """Send a request with good credentials; a body of bytes as it is, of anything else as JSON."""
        sent: dict[str, str | None] = {"Authorization": basic(self.username, self.token)}
        if body is not None:
            sent["Content-Type"] = JSON
        sent.update(headers or {})
        given = Headers([(name, value) for name, value in sent.items() if value is not None])
        data = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
        client = self.application.test_client()
        target = path if path.startswith("/api/") else API + path
        answer = client.open(target, method=method, headers=given, data=data, query_string=query)
        return Answer(status_code=answer.status_code, headers=answer.headers, data=answer.data)

    def get(self, path: str, query: Mapping[str, str] | str = "") -> Answer:
        """GET a path below `/api/v1`."""
        return self.call("GET", path, query=query)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """POST to a path below `/api/v1`; `if_match` is the header."""
        return self.call("POST", path, body, _headers(headers))

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        """PATCH a path below `/api/v1`; `if_match` is the header."""
        return self.call("PATCH", path, body, _headers(headers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A hub over the shipped members, with one of the hub's own organisations."""

    application: Flask
    settings: Settings
    urls: ServerUrls

    def account(self, name: str, *roles: Role) -> Caller:
        """Add an account and return it ready to call."""
        account = Account(
            id=AccountId(name),
            organisation=OrganisationId(name.partition("/")[0]),
            roles=frozenset(roles),
            purpose="network-defence",
            active=True,
        )
        with wiring.opened(self.urls) as pool:
            issued = add_account(pool, account, token_days=30, act=made("tests"))
        return Caller(application=self.application, username=name, token=issued.secret)

    def organisation(self, name: str, kind: OrganisationKind, member: str | None) -> None:
        """Add an organisation."""
        wanted = Organisation(
            id=OrganisationId(name),
            member=None if member is None else MemberCode(member),
            kind=kind,
            name=f"Example {name}",
            served_by=None,
            cross_border=False,
            active=True,
            identity=None,
        )
        with wiring.opened(self.urls) as pool:
            add_organisation(pool, wanted, act=made("tests"))


def region_over(settings: Settings, urls: ServerUrls) -> Region:
    """Prepare the databases, and make one hub organisation, `desk`."""
    settings = replace(settings, database_url=urls.database, redis_url=urls.redis)
    preparing.prepare(settings, urls)
    region = Region(application=build_web(settings, urls), settings=settings, urls=urls)
    region.organisation("desk", OrganisationKind.HUB, None)
    return region


def _headers(given: Mapping[str, str]) -> dict[str, str | None]:
    return {name.replace("_", "-").title(): value for name, value in given.items()}
