"""A TAXII 2.1 client: typed resources in, bytes of objects in and out unchanged."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn, Protocol, TypeVar
from urllib.parse import quote

import msgspec

from hub.outbound.errors import AnswerError, OutboundError
from hub.outbound.patience import retry_after_of
from hub.outbound.resources import Collections, Envelope, ErrorMessage, RemoteCollection, Status
from hub.outbound.transport import Answer

MEDIA_TYPE: Final = "application/taxii+json;version=2.1"

Resource = TypeVar("Resource")

_CODE: Final = re.compile(r"([A-Z][A-Z0-9_]{2,63}):\s*", re.ASCII)

_MEANING: Final = {
    401: "the server does not accept these credentials; check --username and the token",
    403: "these credentials are known, and not allowed to do this",
    404: "there is no such thing at this address, or it is hidden from you",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A collection of an API root. URLs are absolute and end in a slash."""

    root_url: str
    max_content_length: int
    collection: RemoteCollection

    @property
    def url(self) -> str:
        """Where the collection is, named by its id."""
        return f"{self.root_url}collections/{quote(self.collection.id, safe='')}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """What to ask a collection for: `after` and `types` are the query, `next` goes on in it (TAXII 2.1 §3.4)."""

    after: str | None = None
    types: tuple[str, ...] = ()
    limit: int | None = None
    next: str | None = None

    @property
    def params(self) -> dict[str, str]:
        """The query string. `limit` goes along with `next`: some servers forget it otherwise."""
        wanted = {
            "added_after": self.after,
            "match[type]": ",".join(self.types) or None,
            "limit": None if self.limit is None else str(self.limit),
            "next": self.next,
        }
        return {name: value for name, value in wanted.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectsPage:
    """A page of objects as they arrived, and the texts of the two date-added headers, None where absent."""

    objects: tuple[bytes, ...]
    more: bool
    next: str | None
    first: str | None
    last: str | None


class Carries(Protocol):
    """A transport: it brings a request to a server and returns the answer, whatever its status."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Return the answer; raise OutboundError where there is none."""


class TaxiiClient:
    """Talks TAXII 2.1 over one transport."""

    def __init__(self, transport: Carries) -> None:
        self._transport = transport

    def get(self, url: str, resource: type[Resource], params: Mapping[str, str] | None = None) -> Resource:
        """Return the resource at a URL; raise AnswerError on a refusal, OutboundError where it is something else."""
        return _decode(self._get(url, params), resource)

    def land(self, url: str, resource: type[Resource]) -> tuple[str, Resource]:
        """Return the resource at a URL and the URL where it was found in the end, after redirects."""
        answer = self._get(url, None)
        return answer.url, _decode(answer, resource)

    def collections(self, root_url: str) -> list[RemoteCollection]:
        """Return the collections of an API root (TAXII 2.1 §5.1)."""
        return self.get(f"{root_url}collections/", Collections).collections

    def page(self, target: Target, request: PageRequest) -> ObjectsPage:
        """Return one page of a collection's objects (TAXII 2.1 §5.4)."""
        answer = self._get(f"{target.url}objects/", request.params)
        envelope = _decode(answer, Envelope)
        return ObjectsPage(
            objects=tuple(bytes(raw) for raw in envelope.objects),
            more=envelope.more,
            next=envelope.next or None,
            first=answer.headers.get("x-taxii-date-added-first"),
            last=answer.headers.get("x-taxii-date-added-last"),
        )

    def add(self, target: Target, envelope: bytes) -> Status:
        """Send an envelope (TAXII 2.1 §5.5) and return the status that the server answers with."""
        headers = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
        answer = self._transport.request("POST", f"{target.url}objects/", headers=headers, body=envelope)
        if not answer.good:
            refuse(answer)
        return _decode(answer, Status)

    def status(self, target: Target, status_id: str) -> Status:
        """Return what has become of an envelope (TAXII 2.1 §4.3)."""
        return self.get(f"{target.root_url}status/{quote(status_id, safe='')}/", Status)

    def _get(self, url: str, params: Mapping[str, str] | None) -> Answer:
        answer = self._transport.request("GET", url, headers={"Accept": MEDIA_TYPE}, params=params)
        if not answer.good:
            refuse(answer)
        return answer


def refuse(answer: Answer) -> NoReturn:
    """Raise the AnswerError of an answer that is not a success, in the server's own words where it has some."""
    try:
        said = msgspec.json.decode(answer.body, type=ErrorMessage)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        said = ErrorMessage()
    code, words = split_code(said.description or said.title)
    meaning = _MEANING.get(answer.status, "")
    sentence = f"{answer.status} at {answer.url}" + "".join(f": {text}" for text in (meaning, words) if text)
    raise AnswerError(
        sentence,
        status=answer.status,
        code=said.error_code or code or None,
        words=words,
        retry_after=retry_after_of(answer.headers),
    )


def split_code(message: str) -> tuple[str, str]:
    """Split `CODE: sentence` into its two; the code is empty where the message does not begin with one."""
    match = _CODE.match(message)
    return (match[1], message[match.end() :]) if match else ("", message)


def _decode(answer: Answer, resource: type[Resource]) -> Resource:
    try:
        return msgspec.json.decode(answer.body, type=resource)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        kind = answer.headers.get("content-type", "no media type")
        raise OutboundError(
            f"{answer.url} does not answer as a TAXII 2.1 server does ({kind}; {error}); is it the address of one?"
        ) from error
