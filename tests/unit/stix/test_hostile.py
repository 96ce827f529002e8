"""The hostile inputs of the shared manifest: each ends as its manifest says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import HubError
from hub.domain.submissions import Caps
from hub.stix.check import check_envelope
from tests.unit.stix.examples import AT, RED, domain_object, envelope, identity, indicator, observable

HOSTILE = Path(__file__).resolve().parents[3] / "../shared/data/hostile"
MANIFEST = HOSTILE / "manifest.json"
ENTRIES = json.loads(MANIFEST.read_text()) if MANIFEST.exists() else []

JUDGED_ELSEWHERE = {"created_by_ref_forged", "modified_future_9999", "language_content"}
"""What the publishing rules decide, inside the transaction that stores: validation takes these."""

UNTOUCHED = {"top_level_string", "top_level_list"}
"""Bodies that are sent as they are; every other file is one object, or a bundle whose objects are sent."""

RECIPES: dict[str, Callable[[], dict[str, Any]]] = {
    "artifact_10MB": lambda: observable("artifact", payload_bin="A" * 10_000_000),
    "gm_1_on_20k_refs": lambda: (
        report(20_000) | {"granular_markings": [{"marking_ref": RED, "selectors": ["object_refs.[0]"]}]}
    ),
    "labels_100k": lambda: identity(labels=[f"l{number}" for number in range(100_000)]),
    "pattern_or_20000": lambda: indicator(
        pattern="[" + " OR ".join(["ipv4-addr:value = '198.51.100.7'"] * 20_000) + "]"
    ),
    "pattern_1MB_string": lambda: indicator(pattern="[file:name = '" + "a" * 1_000_000 + "']"),
    "pattern_in_100k": lambda: indicator(
        pattern="[ipv4-addr:value IN (" + ",".join(f"'{number:08}xxx'" for number in range(100_000)) + ")]"
    ),
    "props_100k_custom": lambda: identity(**{f"x_{number}": 1 for number in range(100_000)}),
    "refs_100k": lambda: report(100_000),
    "refs_1M": lambda: report(1_000_000),
}


def report(references: int) -> dict[str, Any]:
    names = [f"indicator--{number:08x}-4f89-41d3-9a0c-0305e82c33" for number in range(references)]
    return domain_object(
        "report", name="r", published="2024-01-01T00:00:00.000Z", object_refs=[f"{name}01" for name in names]
    )


def body_of(entry: dict[str, Any]) -> bytes:
    name = entry["name"]
    if name == "json_depth_100k":
        return b'{"objects": [{"type": "identity", "x_a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}"
    if entry["file"] is None:
        return envelope(RECIPES[name]())
    content: bytes = (HOSTILE / entry["file"]).read_bytes()
    if name in UNTOUCHED:
        return content
    if content.startswith(b'{"type": "bundle"'):
        return envelope(*json.loads(content)["objects"])
    return b'{"objects": [' + content + b"]}" if not content.startswith(b"\xef\xbb\xbf") else content


def outcome_of(body: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the code of the refusal of the one object or of the request, else `accept` and the warnings."""
    try:
        checked = check_envelope(body, caps=Caps(), at=AT)
    except HubError as error:
        return error.code, ()
    assert checked.total == 1
    if checked.refused:
        return checked.refused[0].code, ()
    return "accept", checked.accepted[0].warnings


@pytest.mark.skipif(not ENTRIES, reason="the shared data are not beside this project")
@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["name"] for entry in ENTRIES])
def test_a_hostile_input_ends_as_its_manifest_says(entry: dict[str, Any]) -> None:
    expected = entry["hub_expected"]
    code, warnings = outcome_of(body_of(entry))
    if entry["name"] in JUDGED_ELSEWHERE or expected.startswith("accept"):
        assert code == "accept"
        assert warnings or not expected.startswith("accept+warn")
    elif expected.startswith("drop"):
        assert code == "TLP_REDEFINED"
    else:
        assert code == expected.removeprefix("reject ").split()[0]


@pytest.mark.skipif(not ENTRIES, reason="the shared data are not beside this project")
def test_no_hostile_object_fails_its_neighbours() -> None:
    """All objects that are refused by themselves, in one envelope: each alone, and the good ones all the same."""
    pieces = [json.loads((HOSTILE / entry["file"]).read_bytes()) for entry in ENTRIES if refused_alone(entry)]
    good = identity()
    checked = check_envelope(envelope(*[item for piece in pieces for item in (piece, good)]), caps=Caps(), at=AT)
    assert len(checked.refused) == len(pieces)
    assert [item.position for item in checked.accepted] == list(range(1, 2 * len(pieces), 2))


def refused_alone(entry: dict[str, Any]) -> bool:
    whole = ("JSON_", "NOT_AN_ENVELOPE", "TOO_LARGE", "EMPTY_LIST (TAXII")
    expected = entry["hub_expected"].removeprefix("reject ")
    rejected = entry["hub_expected"].startswith("reject ") and not expected.startswith(whole)
    return rejected and entry["file"] is not None and entry["name"] not in JUDGED_ELSEWHERE
