"""The members' guide shows what works and knows every code that a member can meet."""

import re
from datetime import UTC, datetime
from pathlib import Path

from hub.domain.handling import Tlp
from hub.domain.submissions import Caps, MarkingKind
from hub.stix.check import check_envelope
from hub.stix.problems import Code
from hub.stix.tlp import LEVELS

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "members-guide.md").read_text()
PUBLISHING_CODES = {
    "NOT_PRODUCER",
    "WRONG_COLLECTION",
    "FORGED_CREATOR",
    "MODIFIED_BEFORE_CREATED",
    "MODIFIED_IN_FUTURE",
    "UNKNOWN_MARKING",
    "CONTRADICTORY_AUDIENCE",
    "ID_OWNED_BY_OTHER",
    "VERSION_CONFLICT",
    "REVOKED_FINAL",
    "IDENTITY_CHANGED",
    "REFERENCE_LEAKS",
}


def test_the_audience_example_is_accepted_as_it_stands() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    checked = check_envelope(example.encode(), caps=Caps(), at=datetime(2026, 3, 2, tzinfo=UTC))
    assert not checked.refused
    definition, indicator = checked.accepted
    assert definition.defines is not None
    assert definition.defines.kind is MarkingKind.AUDIENCE
    assert definition.defines.audience is not None
    assert definition.defines.audience.accounts == {"nz-cert/analyst"}
    assert indicator.tlp is Tlp.RED
    assert indicator.marking_refs == {definition.id}


def test_the_guide_says_what_to_do_about_every_code() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", GUIDE, re.MULTILINE))
    assert documented == {code.value for code in Code} | PUBLISHING_CODES


def test_the_guide_lists_every_tlp_id_beside_its_level() -> None:
    names = dict.fromkeys(LEVELS, Tlp.CLEAR)
    for level in Tlp:
        (row,) = re.findall(rf"^\| {re.escape(level.label.upper())} \|.*$", GUIDE, re.MULTILINE)
        for name in re.findall(r"`([0-9a-f-]{36})`", row):
            names[f"marking-definition--{name}"] = level  # type: ignore[index]  # an id of a table row is a text
    assert names == dict(LEVELS)
