"""From whatever address a person has at hand to a collection: discovery, API root or collection URL."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from msgspec import Struct, field

from hub.outbound.errors import AnswerError, OutboundError
from hub.outbound.resources import ApiRoot, RemoteCollection
from hub.outbound.taxii import Target, TaxiiClient
from hub.outbound.transport import origin_of

DISCOVERY_PATH: Final = "/taxii2/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A URL taken apart: where to begin, and the collection it names, if any."""

    url: str
    collection: str | None


class _Landing(Struct, frozen=True, kw_only=True):
    """A discovery resource or an API root, whichever is at the address."""

    title: str = ""
    default: str | None = None
    api_roots: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    max_content_length: int = 0


def parse_address(url: str) -> Address:
    """Take a URL apart; raise ValueError, with a sentence, where it is not an address this client takes."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError(f"{url!r} is not an http or https address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("credentials do not belong into the address; give --username and a token")
    path, name = parts.path, None
    if "/collections/" in f"{path}/":
        path, _, rest = f"{path}/".partition("/collections/")
        name = unquote(rest.split("/", 1)[0]) or None
    path = path if path.endswith("/") else f"{path}/"
    if path == "/" and name is None:
        path = DISCOVERY_PATH
    return Address(url=urlunsplit((parts.scheme, parts.netloc, path, "", "")), collection=name)


def locate(client: TaxiiClient, address: Address, name: str | None) -> Target:
    """Find the collection of an id, alias or title; raise OutboundError with what there is, where it is not found."""
    wanted = name or address.collection
    if wanted is None:
        raise OutboundError("name the collection with --collection: its alias, id or title")
    roots = _roots(client, address)
    seen: list[RemoteCollection] = []
    for url, limit in roots:
        collections = client.collections(url)
        found = choose(collections, wanted)
        if found is not None:
            return Target(root_url=url, max_content_length=limit, collection=found)
        seen += collections
    known = ", ".join(sorted(collection.name for collection in seen)) or "none at all"
    raise OutboundError(f"no collection {wanted!r} at {address.url}; you are shown {known}")


def choose(collections: list[RemoteCollection], wanted: str) -> RemoteCollection | None:
    """Return the collection of an id or alias, else the only one of a title, letters in either case."""
    lowered = wanted.lower()
    for collection in collections:
        if lowered in {collection.id.lower(), (collection.alias or "").lower()}:
            return collection
    titled = [collection for collection in collections if collection.title.lower() == lowered]
    if len(titled) > 1:
        ids = ", ".join(collection.id for collection in titled)
        raise OutboundError(f"{len(titled)} collections have the title {wanted!r}; name one by its id: {ids}")
    return titled[0] if titled else None


def _roots(client: TaxiiClient, address: Address) -> list[tuple[str, int]]:
    """Return the API roots to look in, each with its max_content_length: the one at the address, or all discovered."""
    here, landing = client.land(address.url, _Landing)
    if landing.versions and landing.max_content_length > 0:
        return [(here, landing.max_content_length)]
    urls = _discovered(here, landing)
    if not urls:
        raise OutboundError(f"{here} is neither a TAXII API root nor a discovery address that names one on this server")
    return [(url, limit) for url in urls if (limit := _max_content_length(client, url)) is not None]


def _discovered(base: str, landing: _Landing) -> list[str]:
    """Return the API roots of a discovery, the default first; those of other servers get no credentials of ours."""
    named = ([landing.default] if landing.default else []) + landing.api_roots
    urls = [url if url.endswith("/") else f"{url}/" for url in (urljoin(base, name) for name in named)]
    return [url for url in dict.fromkeys(urls) if origin_of(url) == origin_of(base)]


def _max_content_length(client: TaxiiClient, url: str) -> int | None:
    """Return the limit of an API root, None where the root is not for us."""
    try:
        return client.get(url, ApiRoot).max_content_length
    except AnswerError as error:
        if error.status in {403, 404}:
            return None
        raise
