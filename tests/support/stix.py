"""STIX objects for tests: invented content, ids and times that are the same at every run."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from hub.domain.handling import Tlp

TLP_MARKINGS: Final = {
    Tlp.CLEAR: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    Tlp.GREEN: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Tlp.AMBER: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Tlp.AMBER_STRICT: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    Tlp.RED: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

_CREATED: Final = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = itertools.count(1)


def fresh_id(kind: str) -> str:
    """Return an id that no other object of this run has."""
    return f"{kind}--{UUID(int=(0xA << 124) | (0x4 << 76) | (0x8 << 60) | next(_numbers))}"


def version_at(number: int) -> str:
    """Return the timestamp of the `number`-th version of an object."""
    return (_CREATED + timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def indicator(*markings: str, tlp: Tlp | None = None, version: int = 0, **properties: Any) -> dict[str, Any]:
    """Return an indicator; `version` 0 is the first, each higher one is a later `modified`."""
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": fresh_id("indicator"),
        "created": version_at(0),
        "modified": version_at(version),
        "name": "Callback address of an invented implant",
        "indicator_types": ["malicious-activity"],
        "pattern": "[ipv4-addr:value = '198.51.100.7']",
        "pattern_type": "stix",
        "valid_from": version_at(0),
    } | _marked(markings, tlp, properties)


def address(*markings: str, tlp: Tlp | None = None, **properties: Any) -> dict[str, Any]:
    """Return an IPv4 address (an SCO, without a version of its own)."""
    return {
        "type": "ipv4-addr",
        "spec_version": "2.1",
        "id": fresh_id("ipv4-addr"),
        "value": "192.0.2.1",
    } | _marked(markings, tlp, properties)


def _marked(markings: tuple[str, ...], tlp: Tlp | None, properties: dict[str, Any]) -> dict[str, Any]:
    references = [*markings, *([] if tlp is None else [TLP_MARKINGS[tlp]])]
    return ({"object_marking_refs": references} if references else {}) | properties
