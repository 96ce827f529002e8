"""STIX objects for the tests, all of them clear, so that every reader may see them."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

CLEAR: Final = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
AMBER_STRICT: Final = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
CREATED: Final = "2024-01-01T00:00:00.000Z"
V1: Final = CREATED
V2: Final = "2024-01-02T00:00:00.000Z"
V3: Final = "2024-01-03T00:00:00.120Z"

Item = dict[str, Any]


def new_id(kind: str) -> str:
    """Return an id that nothing has yet."""
    return f"{kind}--{uuid4()}"


def indicator(**more: Any) -> Item:
    """Return an indicator."""
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": new_id("indicator"),
        "created": CREATED,
        "modified": CREATED,
        "name": "A host of the documentation",
        "pattern": "[ipv4-addr:value = '192.0.2.1']",
        "pattern_type": "stix",
        "valid_from": CREATED,
        "object_marking_refs": [CLEAR],
    } | more


def malware(**more: Any) -> Item:
    """Return a malware."""
    return {
        "type": "malware",
        "spec_version": "2.1",
        "id": new_id("malware"),
        "created": CREATED,
        "modified": CREATED,
        "name": "Example",
        "is_family": False,
        "object_marking_refs": [CLEAR],
    } | more


def identity(**more: Any) -> Item:
    """Return an identity."""
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": new_id("identity"),
        "created": CREATED,
        "modified": CREATED,
        "name": "Example Ltd",
        "object_marking_refs": [CLEAR],
    } | more


def address(**more: Any) -> Item:
    """Return an ipv4-addr, which has no version of its own."""
    return {
        "type": "ipv4-addr",
        "spec_version": "2.1",
        "id": new_id("ipv4-addr"),
        "value": "198.51.100.7",
        "object_marking_refs": [CLEAR],
    } | more


def statement(**more: Any) -> Item:
    """Return a marking-definition, which has `created` and no `modified`."""
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": new_id("marking-definition"),
        "created": "2024-01-01T12:00:00.000Z",
        "definition_type": "statement",
        "definition": {"statement": "For exercises."},
        "object_marking_refs": [CLEAR],
    } | more


def revised(item: Item, version: str, **more: Any) -> Item:
    """Return a later version of an object."""
    return item | {"modified": version} | more


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What the tests of reading find in collection `xa`: one object in three versions, and four in one."""

    three: Item
    """An indicator, with versions V1, V2 and V3."""

    malware: Item
    indicator: Item
    identity: Item
    address: Item

    @property
    def in_order(self) -> list[str]:
        """The ids in the order in which their newest versions were added."""
        return [item["id"] for item in (self.malware, self.indicator, self.three, self.identity, self.address)]


def shelf() -> tuple[Shelf, list[Item]]:
    """Make a shelf, and what to add for it in order."""
    made = Shelf(three=indicator(), malware=malware(), indicator=indicator(), identity=identity(), address=address())
    order = [
        made.three,
        revised(made.three, V2),
        made.malware,
        made.indicator,
        revised(made.three, V3),
        made.identity,
        made.address,
    ]
    return made, order
