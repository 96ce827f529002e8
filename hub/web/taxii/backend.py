"""What medallion's views ask for, answered by the hub's services."""

from collections.abc import Container
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from flask import request
from medallion.backends.base import Backend

from hub.domain.catalogue import Collection
from hub.domain.errors import NotFoundError
from hub.domain.identifiers import AccountId
from hub.domain.pages import ManifestRecord, Page, Query, VersionKeyword, Versions
from hub.services.read import Confirm, Reading, Write, Written
from hub.web.credentials import authenticate, confirmed, current_principal, known_under
from hub.web.services import Services
from hub.web.settings import TaxiiSettings
from hub.web.taxii import resources
from hub.web.taxii.cursors import Cursors
from hub.web.taxii.filters import read_after, read_limit, read_match

Ready = tuple[bytes, dict[str, str]]
"""A resource as JSON, and its headers."""

Fields = Container[str]
"""The match fields that an endpoint takes (TAXII 2.1 §3.4.1)."""

Item = TypeVar("Item")

EVERY_VERSION = Versions(keywords=frozenset({VersionKeyword.ALL}))


class Reads(Protocol[Item]):
    """A form of page."""

    def __call__(self, account: AccountId, query: Query, write: Write[Item, Written], *, confirm: Confirm) -> Written:
        """Return a page of that form as it is written."""


class TaxiiBackend(Backend):  # type: ignore[misc] # medallion is untyped
    """Stands where medallion expects a store.

    The views pass the query string with its duplicates lost, and the limit alone; so both are read here from the
    request itself, for the match fields that each view says its endpoint takes. That the API root is ours
    `get_api_root_information` has established before any other method is called.
    """

    def __init__(self, services: Services, settings: TaxiiSettings) -> None:
        self._services = services
        self._settings = settings
        self._cursors = Cursors(services.cursor_key)

    def server_discovery(self) -> dict[str, Any]:
        """Return the discovery resource."""
        return resources.discovery(self._settings)

    def get_api_root_information(self, api_root: str) -> dict[str, Any]:
        """Return the API root resource; raises NotFoundError for any root but the one."""
        if api_root != self._settings.api_root:
            raise NotFoundError("There is no such API root.")
        return resources.api_root(self._settings)

    def get_status(self, _api_root: str, status_id: str) -> bytes:
        """Return the status resource of a submission of the caller's organisation."""
        submission = self._services.submitting.status(current_principal(), status_id)
        if submission is None:
            raise NotFoundError("There is no such status. It may have been kept long enough.")
        return resources.status(submission)

    def get_collections(self, _api_root: str) -> dict[str, Any]:
        """Return every collection, in order of id."""
        entries = [self._described(entry) for entry in self._services.catalogue]
        return {"collections": entries} if entries else {}

    def get_collection(self, _api_root: str, collection_id: str) -> dict[str, Any]:
        """Return one collection by id or alias, with what the caller may do in it.

        Before a POST it says what to do where the caller may not publish, which the view would not.
        """
        entry = self._collection(collection_id)
        if request.method == "POST":
            self._require_write(entry)
        return self._described(entry)

    def get_object_manifest(
        self, _api_root: str, collection_id: str, _args: object, fields: Fields, _limit: int
    ) -> Ready:
        """Return a page of the manifest."""
        return self._give(
            self._reading().manifest, self._query(self._collection(collection_id), fields), self._manifest
        )

    def get_objects(self, _api_root: str, collection_id: str, _args: object, fields: Fields, _limit: int) -> Ready:
        """Return a page of the collection's objects."""
        return self._give(self._reading().objects, self._query(self._collection(collection_id), fields), self._envelope)

    def get_object(
        self, _api_root: str, collection_id: str, object_id: str, _args: object, fields: Fields, _limit: int
    ) -> Ready:
        """Return a page of an object's versions in full; raises NotFoundError where the caller sees none at all."""
        entry = self._collection(collection_id)
        query = replace(self._query(entry, fields), ids=frozenset({object_id}))
        ready = self._give(self._reading().objects, query, self._envelope)
        self._require_known(entry, object_id, ready)
        return ready

    def get_object_versions(
        self, _api_root: str, collection_id: str, object_id: str, _args: object, fields: Fields, _limit: int
    ) -> Ready:
        """Return a page of an object's versions by name; raises NotFoundError where the caller sees none at all."""
        entry = self._collection(collection_id)
        query = replace(self._query(entry, fields), ids=frozenset({object_id}), versions=EVERY_VERSION)
        ready = self._give(self._reading().versions, query, self._versions)
        self._require_known(entry, object_id, ready)
        return ready

    def add_objects(self, _api_root: str, collection_id: str, body: bytes, _request_time: object) -> bytes:
        """Take an envelope and return the status resource of its submission."""
        entry = self._collection(collection_id)

        def confirm() -> None:
            self._look_up()
            self._require_write(entry)

        submission = self._services.submitting.receive(
            current_principal(), entry, body, known_under=known_under(), confirm=confirm
        )
        confirmed()
        return resources.status(submission)

    def delete_object(self, _api_root: str, collection_id: str, object_id: str, _args: object, fields: Fields) -> None:
        """Delete the versions that match, all where `match[version]` is absent (§5.7)."""
        match = read_match(request.args, fields)
        self._services.deleting.delete(
            current_principal(), self._collection(collection_id), object_id, match.versions, match.spec_versions
        )

    def _reading(self) -> Reading:
        """Return what reads pages. The gate lets HEAD pass as GET, and nothing that it asks for is sent."""
        reading = self._services.reading
        return reading.unnoted() if request.environ["REQUEST_METHOD"] == "HEAD" else reading

    def _give(self, read: Reads[Item], query: Query, write: Write[Item, Ready]) -> Ready:
        """Read a page, which confirms its reader where it was known under the policy that the page is of."""
        ready = read(_reader(), query, write, confirm=self._confirm)
        confirmed()
        return ready

    def _envelope(self, page: Page[bytes]) -> Ready:
        return resources.envelope(page, self._next(page)), resources.date_added_headers(page)

    def _manifest(self, page: Page[ManifestRecord]) -> Ready:
        return resources.manifest(page, self._next(page)), resources.date_added_headers(page)

    def _versions(self, page: Page[str]) -> Ready:
        return resources.versions(page, self._next(page)), resources.date_added_headers(page)

    def _confirm(self, epoch: int | None) -> None:
        if known_under() not in {None, epoch}:
            self._look_up()

    def _look_up(self) -> None:
        authenticate(request.headers.get("Authorization"), self._services.authenticating)

    def _require_write(self, entry: Collection) -> None:
        """Raise ForbiddenError where the caller may not publish; who is only known not to be allowed is looked up."""
        access = self._services.access
        if known_under() is not None and not access.can_write(current_principal(), entry):
            self._look_up()
        access.require_write(current_principal(), entry)

    def _collection(self, name: str) -> Collection:
        entry = self._services.catalogue.find(name)
        if entry is None:
            raise NotFoundError("There is no such collection.")
        return entry

    def _described(self, entry: Collection) -> dict[str, Any]:
        access, principal = self._services.access, current_principal()
        return resources.collection(
            entry, can_read=access.can_read(principal, entry), can_write=access.can_write(principal, entry)
        )

    def _query(self, entry: Collection, fields: Fields) -> Query:
        match = read_match(request.args, fields)
        sizes = self._settings
        return Query(
            collection=entry,
            limit=read_limit(request.args, default=sizes.page_default, maximum=sizes.page_max),
            after=read_after(request.args, self._cursors),
            ids=match.ids,
            types=match.types,
            versions=match.versions or Versions(),
            spec_versions=match.spec_versions,
        )

    def _next(self, page: Page[Any]) -> str | None:
        return self._cursors.issue(page.last) if page.more else None

    def _require_known(self, entry: Collection, object_id: str, ready: Ready) -> None:
        body, _ = ready
        if body == resources.NOTHING and not self._reading().knows(_reader(), entry, object_id):
            raise NotFoundError("There is no such object in this collection.")


def _reader() -> AccountId:
    return current_principal().account.id
