"""Who an object is: its type, its specification version, its id, its instants."""

from collections.abc import Iterator, Mapping
from typing import Final

from hub.stix.form.names import TYPE_NAME, id_problem, type_of_id, version_problem
from hub.stix.form.shapes import OBSERVABLE_TYPES, shape_of_type
from hub.stix.problems import Code, Problem, shown

_SPEC_VERSION: Final = "2.1"


def is_observable(value: Mapping[str, object]) -> bool:
    """Return whether an object is a cyber-observable.

    It is of a type that STIX defines as one, or of an unknown type and without the instants that every other kind of
    object has (STIX 2.1 §3.2).
    """
    kind = value["type"]
    if isinstance(kind, str) and kind in OBSERVABLE_TYPES:
        return True
    is_dated = "created" in value or "modified" in value
    return not (is_dated or (isinstance(kind, str) and shape_of_type(kind)))


def identity_problems(value: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what is wrong with `type`, `spec_version` and `id`; later ones only make sense without the earlier."""
    yield from _type_problems(value)
    yield from _spec_version_problems(value)
    yield from _id_problems(value)


def instant_problems(value: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what is wrong with `created` and `modified` (STIX 2.1 §3.2)."""
    needed = ("created",) if value["type"] == "marking-definition" else ("created", "modified")
    for name in ("created", "modified"):
        instant = value.get(name)
        if instant is None:
            if name in needed and not is_observable(value):
                yield Problem(Code.MISSING_PROPERTY, f"{name} is missing.")
        elif isinstance(instant, str):
            problem = version_problem(instant, name)
            if problem:
                yield problem


def _type_problems(value: Mapping[str, object]) -> Iterator[Problem]:
    kind = value.get("type")
    if "type" not in value:
        yield Problem(Code.MISSING_PROPERTY, "type is missing.")
    elif not isinstance(kind, str) or not TYPE_NAME.fullmatch(kind):
        yield Problem(Code.TYPE_INVALID, f"type: {shown(kind)} is not a type of STIX object.")
    elif kind == "bundle":
        yield Problem(Code.TYPE_INVALID, "A bundle is no object of an envelope; send the objects that it holds.")


def _spec_version_problems(value: Mapping[str, object]) -> Iterator[Problem]:
    if "spec_version" in value:
        if value["spec_version"] != _SPEC_VERSION:
            yield Problem(Code.SPEC_VERSION, f"spec_version is {shown(value['spec_version'])}; the hub takes STIX 2.1.")
    elif not is_observable(value):
        yield Problem(
            Code.SPEC_VERSION,
            "spec_version is missing, so this is STIX 2.0; the hub takes STIX 2.1 (spec_version 2.1).",
        )


def _id_problems(value: Mapping[str, object]) -> Iterator[Problem]:
    identifier = value.get("id")
    if "id" not in value:
        yield Problem(Code.MISSING_PROPERTY, "id is missing.")
    elif not isinstance(identifier, str):
        yield Problem(Code.ID_FORM, "id is not a text.")
    else:
        problem = id_problem(identifier, "id")
        if problem:
            yield problem
        elif type_of_id(identifier) != value["type"]:
            yield Problem(Code.ID_FORM, f"id: {identifier} does not begin with the type {shown(value['type'])}.")
