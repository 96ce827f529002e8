"""Real content of many producers: what they publish passes, and each refusal is one that can be defended."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hub.domain.submissions import Caps, CheckedEnvelope
from hub.stix import fast
from hub.stix.authority import library_problem
from hub.stix.check import check_envelope, every_problem
from hub.stix.envelope import open_envelope
from hub.stix.patterns import pattern_problem
from tests.unit.stix.examples import AT, envelope

SHARED = Path(__file__).resolve().parents[3] / "../shared/data"
SOURCES = sorted(path.name for path in (SHARED / "stix").glob("*") if path.is_dir())
VECTORS = SHARED / "vectors/validator-vectors/v21_vectors.jsonl"
CAPS = Caps()
STRICTER = {"TYPE_INVALID", "REFERENCE_TYPE", "TLP_REDEFINED", "ID_FORM"}
"""Bundles in an envelope, a creator that is no identity, TLP:GREEN with another body, a UUID one digit short."""
PART = 5_000

pytestmark = pytest.mark.skipif(not SOURCES, reason="the shared data are not beside this project")

DEFENSIBLE: dict[str, dict[str, int]] = {
    "elevator-idioms-2.1": {
        "PATTERN_INVALID": 143,  # `unconverted_term:...`, which is no observable type and has no property
        "PATTERN_TOO_COMPLEX": 1,  # 1,020 terms
        "MISSING_PROPERTY": 85,  # relationships without target_ref, reports without name, ...
        "ID_FORM": 10,  # UUIDs of no RFC 4122 variant, `example:ttp-...`
    },
    "misp-stix-bundles": {
        "ID_FORM": 22,  # 22222222-2222-2222-2222-222222222222 and the like, in ids and references
        "MISSING_PROPERTY": 14,  # indicators without pattern, artifacts with neither payload_bin nor url
        "TIMESTAMP_FORM": 2,  # created without fraction digits
        "PROPERTY_NAME": 2,  # capital letters (x_misp_Capital)
    },
    "misp-stix-tests": {"SPEC_VERSION": 51},  # STIX 2.0
    "oasis-schemas-examples": {"ID_NOT_CANONICAL": 1},
    "oasis-tlp2": {"TIMESTAMP_FORM": 1},  # month 101
    "python-stix2-tests": {"SPEC_VERSION": 1, "TIMESTAMP_FORM": 1},
    "slider-idioms-2.1": {
        "MISSING_PROPERTY": 23,  # indicators without pattern_type, malware without is_family
        "TLP_REDEFINED": 1,  # a copyright statement under the id of TLP:GREEN
        "PROPERTY_NAME": 1,  # `a`
        "TIMESTAMP_FORM": 1,  # two fraction digits
    },
    "stix21-spec-examples": {"ID_FORM": 1, "MISSING_PROPERTY": 2, "SPEC_VERSION": 2},
    "stix4doge": {"MARKING_CYCLE": 1},
}
"""What is refused of each source, and why that is right. Sources that are not here pass whole."""


def objects_in(content: object) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file: of a bundle, of a list of objects, or of a mapping of such."""
    if isinstance(content, list):
        for item in content:
            yield from objects_in(item)
    elif isinstance(content, dict):
        if content.get("type") == "bundle":
            yield from content.get("objects", [])
        elif "id" in content and "type" in content:
            yield content
        elif "type" not in content:
            for item in content.values():
                yield from objects_in(item)


@cache
def objects_of(source: str) -> list[dict[str, Any]]:
    files = sorted(path for path in (SHARED / "stix" / source).iterdir() if path.suffix in (".json", ".stix2"))
    return [item for path in files for item in objects_in(json.loads(path.read_text()))]


def checked(source: str) -> list[CheckedEnvelope]:
    found = objects_of(source)
    parts = (found[start : start + PART] for start in range(0, len(found), PART))
    return [check_envelope(envelope(*part), caps=CAPS, at=AT) for part in parts]


@pytest.mark.parametrize("source", SOURCES)
def test_real_content_passes_but_for_what_is_truly_broken(source: str) -> None:
    results = checked(source)
    refused = Counter(str(item.code) for result in results for item in result.refused)
    assert sum(result.total for result in results) == len(objects_of(source)) > 0
    assert refused == DEFENSIBLE.get(source, {})


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_accepted_is_kept_as_it_was_sent(source: str) -> None:
    found = objects_of(source)[:PART]
    opened = open_envelope(envelope(*found), caps=CAPS)
    result = check_envelope(envelope(*found), caps=CAPS, at=AT)
    for item in result.accepted:
        assert item.payload == opened.slices[item.position]
        assert json.loads(item.payload) == found[item.position]


@pytest.mark.parametrize("source", SOURCES)
def test_what_the_fast_gate_accepts_of_real_content_the_full_checks_accept(source: str) -> None:
    """Every object of a small source, and of a large one as many as are quickly done."""
    found = objects_of(source)
    quick = [value for value in found[:: max(1, len(found) // 300)] if fast.accepts(value)]
    for value in quick:
        assert library_problem(value) is None
        assert every_problem(value, len(json.dumps(value)), CAPS) == pattern_problem(value, CAPS)


@pytest.mark.skipif(not VECTORS.exists(), reason="the shared data are not beside this project")
def test_the_validators_own_vectors_raise_nothing_and_the_hub_is_stricter_in_four_ways() -> None:
    """What the validator calls valid and the hub refuses is refused for a rule of the hub's own."""
    vectors = [json.loads(line) for line in VECTORS.read_text().splitlines()]
    codes: Counter[str] = Counter()
    for vector in vectors:
        if isinstance(vector["object"], dict):
            result = check_envelope(envelope(vector["object"]), caps=CAPS, at=AT)
            codes.update(str(item.code) for item in result.refused if vector["expected_valid"])
    assert set(codes) <= STRICTER
