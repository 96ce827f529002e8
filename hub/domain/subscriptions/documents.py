"""Filters as documents: the TOML that people write and the JSON that the API and the store keep are one form."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Annotated, Final

import msgspec

from hub.domain.catalogue import ALL, Catalogue
from hub.domain.documents import Code, Line, StrictTable, TlpLabel
from hub.domain.errors import UnprocessableError
from hub.domain.handling import Tlp
from hub.domain.identifiers import CollectionId, MemberCode
from hub.domain.subscriptions.filters import HIGHEST_SENT, Filter

CODE: Final = "FILTER_INVALID"

_MOST_VALUES: Final = 256
_LIST: Final = msgspec.Meta(min_length=1, max_length=_MOST_VALUES)

_TypeName = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z", max_length=250)]
_PatternType = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z_][A-Za-z0-9_-]*\Z", max_length=250)]
_Text = Annotated[Line, msgspec.Meta(max_length=250)]


class FilterTable(StrictTable, frozen=True, kw_only=True):
    """The form of a filter. A key that is left out is no condition; a list that is there names at least one value."""

    collections: Annotated[frozenset[_Text], _LIST] | None = None
    types: Annotated[frozenset[_TypeName], _LIST] | None = None
    tlp_min: TlpLabel = "clear"
    tlp_max: TlpLabel = "amber+strict"
    origins: Annotated[frozenset[Code], _LIST] | None = None
    confidence_min: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    labels: Annotated[frozenset[_Text], _LIST] | None = None
    indicator_types: Annotated[frozenset[_Text], _LIST] | None = None
    pattern_types: Annotated[frozenset[_PatternType], _LIST] | None = None

    def __post_init__(self) -> None:
        """Refuse what no filter can mean."""
        for key, level in (("tlp_min", self.tlp_min), ("tlp_max", self.tlp_max)):
            if Tlp.parse(level) > HIGHEST_SENT:
                raise ValueError(f"`{key}` is {level}, which is never sent; fetch it from the collection instead")
        if Tlp.parse(self.tlp_min) > Tlp.parse(self.tlp_max):
            raise ValueError(f"`tlp_min` ({self.tlp_min}) is above `tlp_max` ({self.tlp_max}): nothing would be sent")


def filter_of(
    document: object, catalogue: Catalogue, members: Collection[MemberCode], *, source: str = "filter"
) -> Filter:
    """Read a filter that somebody wrote, from its parsed TOML or JSON; collections go by id or alias.

    Raise UnprocessableError naming the source and the key, where the document is not a filter, or names a collection or
    a member that is not there.
    """
    chosen = stored_filter(document, source=source)
    _check_origins(chosen.origins or (), members, source=source)
    if chosen.collections is None:
        return chosen
    return replace(chosen, collections=_ids(chosen.collections, catalogue, source=source))


def stored_filter(document: object, *, source: str = "stored filter") -> Filter:
    """Read what `filter_document` wrote; what it names may be gone since."""
    try:
        table = msgspec.convert(document, FilterTable)
    except msgspec.ValidationError as error:
        raise UnprocessableError(f"{source}: {error}", code=CODE) from error
    return Filter(
        collections=None if table.collections is None else frozenset(map(CollectionId, table.collections)),
        types=table.types,
        tlp_min=Tlp.parse(table.tlp_min),
        tlp_max=Tlp.parse(table.tlp_max),
        origins=None if table.origins is None else frozenset(map(MemberCode, table.origins)),
        confidence_min=table.confidence_min,
        labels=table.labels,
        indicator_types=table.indicator_types,
        pattern_types=table.pattern_types,
    )


def filter_document(chosen: Filter) -> dict[str, object]:
    """Write a filter as the JSON that `stored_filter` reads back to an equal one: only its conditions, lists sorted."""
    lists = {
        "collections": chosen.collections,
        "types": chosen.types,
        "origins": chosen.origins,
        "labels": chosen.labels,
        "indicator_types": chosen.indicator_types,
        "pattern_types": chosen.pattern_types,
    }
    document: dict[str, object] = {key: sorted(values) for key, values in lists.items() if values is not None}
    if chosen.tlp_min is not Tlp.CLEAR:
        document["tlp_min"] = chosen.tlp_min.label
    if chosen.tlp_max is not HIGHEST_SENT:
        document["tlp_max"] = chosen.tlp_max.label
    if chosen.confidence_min is not None:
        document["confidence_min"] = chosen.confidence_min
    return document


def _check_origins(named: Iterable[MemberCode], members: Collection[MemberCode], *, source: str) -> None:
    for code in sorted(named):
        if code not in members:
            raise UnprocessableError(f"{source}: there is no member {code!r} - at `$.origins`", code=CODE)


def _ids(names: Iterable[str], catalogue: Catalogue, *, source: str) -> frozenset[CollectionId]:
    ids: set[CollectionId] = set()
    for name in sorted(names):
        found = catalogue.find(name)
        if found is None:
            raise UnprocessableError(
                f"{source}: there is no collection {name!r}; name it by its id or alias - at `$.collections`", code=CODE
            )
        if found.id == ALL.id:
            raise UnprocessableError(
                f"{source}: {name!r} is every collection; leave `collections` out instead - at `$.collections`",
                code=CODE,
            )
        ids.add(found.id)
    return frozenset(ids)
