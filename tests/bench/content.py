"""STIX to measure with: fresh indicators of about a kilobyte, ready as envelopes."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import orjson

TLP: Final = {
    "clear": "94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
}
_BEGUN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_TEXT: Final = "Seen in traffic of a monitored network; the address belongs to a range kept for documentation. " * 4


def indicators(count: int, *, seed: int, tlp: str, creator: str) -> Iterator[dict[str, object]]:
    """Make indicators that no hub has seen, the same ones for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret hangs on it
    for number in range(count):
        made = (_BEGUN + timedelta(milliseconds=number)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        yield {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{UUID(int=draw.getrandbits(128), version=4)}",
            "created_by_ref": creator,
            "created": made,
            "modified": made,
            "name": f"Host {number} of a botnet",
            "description": _TEXT,
            "indicator_types": ["malicious-activity"],
            "pattern": f"[ipv4-addr:value = '198.51.100.{number % 256}' OR domain-name:value = 'c{number}.example']",
            "pattern_type": "stix",
            "pattern_version": "2.1",
            "valid_from": made,
            "labels": ["botnet"],
            "confidence": draw.randrange(101),
            "object_marking_refs": [f"marking-definition--{TLP[tlp]}"],
        }


def envelopes(count: int, size: int, *, seed: int, tlp: str = "green", creator: str) -> list[bytes]:
    """Make envelopes of so many fresh indicators each."""
    things = list(indicators(count * size, seed=seed, tlp=tlp, creator=creator))
    return [orjson.dumps({"objects": things[start : start + size]}) for start in range(0, count * size, size)]
