"""Objects for other servers, numbered."""

import json
from typing import Any, Final
from uuid import UUID

TIME: Final = "2026-01-15T09:00:00.000Z"


def stix_id(kind: str, number: int) -> str:
    """Return the id of a type and number."""
    return f"{kind}--{UUID(int=number + (4 << 76) + (8 << 60))}"


def indicator(number: int) -> dict[str, Any]:
    """Return an indicator on a documentation address."""
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": stix_id("indicator", number),
        "created": TIME,
        "modified": TIME,
        "name": f"Überprüfung {number}",
        "pattern": f"[ipv4-addr:value = '192.0.2.{number % 256}']",
        "pattern_type": "stix",
        "valid_from": TIME,
    }


def indicators(count: int, start: int = 0) -> list[dict[str, Any]]:
    """Return so many indicators."""
    return [indicator(number) for number in range(start, start + count)]


def bundle(objects: list[dict[str, Any]]) -> str:
    """Return a bundle as text."""
    return json.dumps({"type": "bundle", "id": stix_id("bundle", 1), "objects": objects}, ensure_ascii=False)
