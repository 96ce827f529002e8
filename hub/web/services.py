"""The services that the web front calls, as it sees them."""

from collections.abc import Collection as Container
from dataclasses import dataclass
from typing import Protocol

from hub.domain.catalogue import Catalogue, Collection
from hub.domain.directory import Principal
from hub.domain.identifiers import AccountId
from hub.domain.pages import ManifestRecord, Page, Query, Versions
from hub.domain.submissions import Submission


class Authenticating(Protocol):
    """Who is behind a token."""

    def by_token(self, username: str | None, token: str) -> Principal | None:
        """Return the principal, or None where nobody is; `username` is None where the scheme carries none.

        Raises ForbiddenError where the token is good and its account, organisation or member is not active.
        """


class Access(Protocol):
    """What a principal may do in a collection."""

    def can_read(self, principal: Principal, collection: Collection) -> bool:
        """Say whether the collection may be read at all; what of it is seen is decided per object."""

    def can_write(self, principal: Principal, collection: Collection) -> bool:
        """Say whether objects may be added and deleted."""


class Reading(Protocol):
    """The one read path: every page holds what its reader may see at that moment."""

    def objects(self, account: AccountId, query: Query) -> Page[bytes]:
        """Return a page of objects, each as the JSON value that was received."""

    def manifest(self, account: AccountId, query: Query) -> Page[ManifestRecord]:
        """Return a page of manifest records."""

    def versions(self, account: AccountId, query: Query) -> Page[str]:
        """Return a page of versions of the one object that the query names."""

    def knows(self, account: AccountId, collection: Collection, object_id: str) -> bool:
        """Say whether the reader sees some version of the object in the collection."""


class Submitting(Protocol):
    """How objects come in, and what became of them."""

    def receive(self, principal: Principal, collection: Collection, body: bytes) -> Submission:
        """Take an envelope; raises RequestError, TooLargeError, UnprocessableError or UnavailableError."""

    def status(self, principal: Principal, submission_id: str) -> Submission | None:
        """Return a submission of the caller's organisation, or None."""


class Deleting(Protocol):
    """How an organisation takes back what it published."""

    def delete(
        self,
        principal: Principal,
        collection: Collection,
        object_id: str,
        versions: Versions | None,
        spec_versions: Container[str] | None,
    ) -> None:
        """Delete versions of an object, all where `versions` is None; raises NotFoundError where none matches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """All that the web front needs of the layers below it; `cursor_key` signs the positions given to clients."""

    authenticating: Authenticating
    access: Access
    reading: Reading
    submitting: Submitting
    deleting: Deleting
    catalogue: Catalogue
    cursor_key: bytes
