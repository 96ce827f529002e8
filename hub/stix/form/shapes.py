"""The shape of every STIX 2.1 type: which JSON type each property has, read from the library's own classes.

The library coerces what has the wrong type (5 → "5", "true" → true); the hub keeps what was sent, so it must know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from stix2 import properties as library
from stix2 import v21
from stix2.utils import STIXTypeClass, is_stix_type


class Kind(Enum):
    """What a property holds, as far as JSON and the hub's own checks go."""

    TEXT = auto()
    HEX = auto()
    BINARY = auto()
    INTEGER = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    TIMESTAMP = auto()
    REFERENCE = auto()
    LIST = auto()
    OBJECT = auto()
    DICTIONARY = auto()
    HASHES = auto()
    EXTENSIONS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The shape of one value: `item` of a list, `members` of an object, limits of a number.

    Of the members all in `required` have to be there and, where there are such, at least one in `some`.

    `allowed` are the values of a closed vocabulary. A reference may name one of `types` that the library knows or,
    where that is None, any type that is not `forbidden`.
    """

    kind: Kind
    item: "Shape | None" = None
    members: Mapping[str, "Shape"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    some: frozenset[str] = frozenset()
    least: float | None = None
    most: float | None = None
    allowed: frozenset[str] | None = None
    types: frozenset[str] | None = None
    forbidden: frozenset[str] = frozenset()


META_TYPES: Final = frozenset({"marking-definition", "language-content", "extension-definition"})

OBSERVABLE_TYPES: Final[frozenset[str]] = frozenset(v21.OBJ_MAP_OBSERVABLE)
"""The cyber-observable types of STIX 2.1 §6."""


def shape_of_type(name: str) -> Shape | None:
    """Return the shape of a type that STIX 2.1 defines; None for any other."""
    return _shapes().get(name)


def shape_of_extension(name: str) -> Shape | None:
    """Return the shape of an extension that STIX 2.1 defines; None for any other."""
    return _extension_shapes().get(name)


def all_types() -> frozenset[str]:
    """Return the types that STIX 2.1 defines."""
    return frozenset(_shapes())


def extension_names() -> frozenset[str]:
    """Return the names of the extensions that STIX 2.1 defines."""
    return frozenset(_extension_shapes())


def all_shapes() -> list[Shape]:
    """Return the shapes of all types and extensions that STIX 2.1 defines."""
    return [*_shapes().values(), *_extension_shapes().values()]


def members_of(name: str) -> Mapping[str, Shape]:
    """Return the shapes of the properties of a type: its own, and the common ones also where it has none of them."""
    return _members().get(name) or common_shape()


@cache
def common_shape() -> Mapping[str, Shape]:
    """Return the shapes of the properties that mean the same on every object (STIX 2.1 §3.2)."""
    shared = _shape_of_class(v21.AttackPattern).members
    names = ("created_by_ref", "created", "modified", "revoked", "labels", "confidence", "lang", "external_references")
    marking = ("object_marking_refs", "granular_markings", "extensions", "spec_version", "type", "id")
    return MappingProxyType({name: shared[name] for name in names + marking})


def contributing_properties(name: str) -> tuple[str, ...]:
    """Return the properties from which STIX derives the id of an observable type."""
    found = v21.OBJ_MAP_OBSERVABLE.get(name)
    return () if found is None else tuple(found._id_contributing_properties)  # noqa: SLF001 - as below


@cache
def _members() -> Mapping[str, Mapping[str, Shape]]:
    return {name: MappingProxyType({**common_shape(), **shape.members}) for name, shape in _shapes().items()}


@cache
def _shapes() -> Mapping[str, Shape]:
    classes: dict[str, Any] = {**v21.OBJ_MAP, **v21.OBJ_MAP_OBSERVABLE}
    return {name: _shape_of_class(found) for name, found in classes.items() if name != "bundle"}


@cache
def _extension_shapes() -> Mapping[str, Shape]:
    return {name: _shape_of_class(found) for name, found in v21.EXT_MAP.items()}


def _shape_of_class(found: Any) -> Shape:  # noqa: ANN401 - the library has no types
    described = found._properties  # noqa: SLF001 - the only place where the library says what it knows
    return Shape(
        kind=Kind.OBJECT,
        members=MappingProxyType({name: _shape_of_property(item) for name, item in described.items()}),
        required=frozenset(name for name, item in described.items() if item.required),
        some=_some_of(found),
    )


def _shape_of_property(item: Any) -> Shape:  # noqa: ANN401, C901, PLR0911, PLR0912 - one line a kind
    match item:
        case library.ListProperty():
            inner = item.contained
            is_property = isinstance(inner, library.Property)
            return Shape(kind=Kind.LIST, item=_shape_of_property(inner) if is_property else _shape_of_class(inner))
        case library.EmbeddedObjectProperty():
            return _shape_of_class(item.type)
        case library.ReferenceProperty():
            return _reference_shape(item)
        case library.IntegerProperty():
            return Shape(kind=Kind.INTEGER, least=item.min, most=item.max)
        case library.FloatProperty():
            return Shape(kind=Kind.NUMBER, least=item.min, most=item.max)
        case library.BooleanProperty():
            return Shape(kind=Kind.BOOLEAN)
        case library.TimestampProperty():
            return Shape(kind=Kind.TIMESTAMP)
        case library.ExtensionsProperty():
            return Shape(kind=Kind.EXTENSIONS)
        case library.HashesProperty():
            return Shape(kind=Kind.HASHES)
        case library.DictionaryProperty() | library.ObservableProperty() | v21.common.MarkingProperty():
            return Shape(kind=Kind.DICTIONARY)
        case library.EnumProperty():
            return Shape(kind=Kind.TEXT, allowed=frozenset(item.allowed))
        case library.HexProperty():
            return Shape(kind=Kind.HEX)
        case library.BinaryProperty():
            return Shape(kind=Kind.BINARY)
    return Shape(kind=Kind.TEXT)


def _reference_shape(item: Any) -> Shape:  # noqa: ANN401 - the library has no types
    """Return the shape of a reference.

    Where a property refers to whole classes of objects (SDO, SCO, SRO), types that nobody knows may belong to them.
    """
    if item.auth_type != item._WHITELIST:  # noqa: SLF001 - as above
        return Shape(kind=Kind.REFERENCE, forbidden=frozenset(item.specifics))
    if not item.generics:
        return Shape(kind=Kind.REFERENCE, types=frozenset(item.specifics))
    others = set(STIXTypeClass) - item.generics
    known = (*v21.OBJ_MAP, *v21.OBJ_MAP_OBSERVABLE)
    foreign = frozenset(kind for kind in known if is_stix_type(kind, "2.1", *others))
    return Shape(kind=Kind.REFERENCE, forbidden=foreign - item.specifics)


_COMMON_TO_OBSERVABLES: Final = frozenset(
    {"type", "spec_version", "id", "object_marking_refs", "granular_markings", "defanged", "extensions"}
)
_NEEDS_SOMETHING: Final = (*v21.EXT_MAP.values(), v21.WindowsPEOptionalHeaderType, v21.Process, v21.X509Certificate)
"""What needs some property of its own, whichever."""

_SOME: Final[Mapping[Any, tuple[str, ...]]] = {
    v21.EmailMIMEComponent: ("body", "body_raw_ref"),
    v21.ExternalReference: ("description", "external_id", "url"),
    v21.File: ("hashes", "name"),
    v21.MalwareAnalysis: ("result", "analysis_sco_refs"),
    v21.NetworkTraffic: ("src_ref", "dst_ref"),
}
"""What needs one of these properties. The library asks for them in code of its own, class by class."""


def _some_of(found: Any) -> frozenset[str]:  # noqa: ANN401 - as above
    if found in _NEEDS_SOMETHING:
        return frozenset(found._properties) - _COMMON_TO_OBSERVABLES  # noqa: SLF001 - as above
    return frozenset(_SOME.get(found, ()))
