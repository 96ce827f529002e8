"""The JSON types of an object's values, by the shapes that STIX gives them."""

from collections.abc import Iterator, Mapping
from typing import Final

from hub.stix.form.names import is_language_tag, timestamp_problem, type_of_id
from hub.stix.form.shapes import Kind, Shape, members_of, shape_of_extension
from hub.stix.problems import Code, Problem, shown

_CONFIDENCE: Final = range(101)
_VERSIONS: Final = frozenset({"created", "modified"})

_EXPECTED: Final = {
    Kind.TEXT: (str, "a text"),
    Kind.HEX: (str, "a text"),
    Kind.BINARY: (str, "a text"),
    Kind.REFERENCE: (str, "an id"),
    Kind.TIMESTAMP: (str, "a timestamp"),
    Kind.INTEGER: (int, "an integer"),
    Kind.NUMBER: (int | float, "a number"),
    Kind.BOOLEAN: (bool, "true or false"),
    Kind.LIST: (list, "a list"),
    Kind.OBJECT: (dict, "an object"),
    Kind.DICTIONARY: (dict, "an object"),
    Kind.HASHES: (dict, "an object"),
    Kind.EXTENSIONS: (dict, "an object"),
}


def value_problems(value: Mapping[str, object]) -> Iterator[Problem]:
    """Yield values of the wrong JSON type, ill-formed timestamps, and what only the hub checks of common properties."""
    members = members_of(str(value["type"]))
    for name, item in value.items():
        shape = members.get(name)
        if shape is not None and not (name in _VERSIONS and isinstance(item, str)):
            yield from _problems(item, shape, name)
    yield from _common_problems(value)


def _common_problems(value: Mapping[str, object]) -> Iterator[Problem]:
    confidence = value.get("confidence")
    if isinstance(confidence, int) and confidence not in _CONFIDENCE:
        yield Problem(Code.PROPERTY_VALUE, f"confidence: {confidence} is not between 0 and 100.")
    for where, tag in _language_tags(value):
        if isinstance(tag, str) and not is_language_tag(tag):
            yield Problem(Code.PROPERTY_VALUE, f"{where}: {shown(tag)} is not a language tag (RFC 5646).")
    if value["type"] == "indicator" and "valid_from" not in value:
        yield Problem(Code.MISSING_PROPERTY, "valid_from is missing.")
    creator = value.get("created_by_ref")
    if isinstance(creator, str) and type_of_id(creator) != "identity":
        yield Problem(Code.REFERENCE_TYPE, f"created_by_ref: {shown(creator)} is not an identity.")


def _language_tags(value: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    if "lang" in value:
        yield "lang", value["lang"]
    contents = value.get("contents")
    if value["type"] == "language-content" and isinstance(contents, dict):
        for tag in contents:
            yield "contents", tag


def _problems(item: object, shape: Shape, where: str) -> Iterator[Problem]:
    expected, spoken = _EXPECTED[shape.kind]
    if not isinstance(item, expected) or (isinstance(item, bool) and shape.kind is not Kind.BOOLEAN):
        yield Problem(Code.PROPERTY_TYPE, f"{where} is not {spoken}.")
        return
    match item:
        case str() if shape.kind is Kind.TIMESTAMP:
            problem = timestamp_problem(item, where)
            if problem:
                yield problem
        case list() if shape.item is not None:
            for index, element in enumerate(item):
                yield from _problems(element, shape.item, f"{where}[{index}]")
        case dict():
            yield from _problems_within(item, shape, where)


def _problems_within(item: Mapping[str, object], shape: Shape, where: str) -> Iterator[Problem]:
    if shape.kind is Kind.OBJECT:
        for name, member in item.items():
            if name in shape.members:
                yield from _problems(member, shape.members[name], f"{where}.{name}")
    elif shape.kind is Kind.HASHES:
        for algorithm, digest in item.items():
            if not isinstance(digest, str):
                yield Problem(Code.PROPERTY_TYPE, f"{where}.{shown(algorithm)} is not a text.")
    elif shape.kind is Kind.EXTENSIONS:
        for name, extension in item.items():
            known = shape_of_extension(name) or _ANY_EXTENSION
            yield from _problems(extension, known, f"{where}.{name}")


_ANY_EXTENSION: Final = Shape(kind=Kind.OBJECT)
