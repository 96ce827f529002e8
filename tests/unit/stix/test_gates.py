"""The rule of the two gates: whatever the fast gate accepts, the full checks and the library accept."""

import json
import random
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.submissions import Caps
from hub.stix import fast
from hub.stix.authority import library_problem
from hub.stix.check import every_problem
from hub.stix.fast.ids import id_of, recurring_id_of
from hub.stix.patterns import pattern_problem
from tests.unit.stix.examples import (
    AMBER,
    EXTENDED,
    OTHER_UUID,
    PLAIN,
    RED,
    UUID,
    domain_object,
    identity,
    indicator,
    observable,
    statement,
)
from tests.unit.stix.mutations import anything
from tests.unit.stix.soundness import difference_of

CAPS = Caps()

NASTY: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        101,
        2**53 - 1,
        0.5,
        1.0,
        "",
        " ",
        "x",
        "true",
        "2.1",
        "2.0",
        "stix",
        "sigma",
        "é",
        "\n",
    ),
    *([], [[]], [None], [""], ["x"], ["x", 1], {}, [{}], {"a": 1}, {"allow_custom": True}, [{"name": "x"}]),
    *("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:60.000Z"),
    *(
        "1969-12-31T23:59:59.000Z",
        "0001-01-01T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z",
        "2025-06-01T00:00:00.000000Z",
    ),
    *(
        "2026-02-30T00:00:00.000Z",
        "\uff12026-01-01T00:00:00.000Z",
        "2026-01-01T00:00:00.000+00:00",
        "2026-01-01T00:00:00.Z",
    ),
    *(
        f"identity--{UUID}",
        f"malware--{OTHER_UUID}",
        f"x-thing--{UUID}",
        f"identity--{UUID.upper()}",
        f"identity--{UUID}\n",
    ),
    *(
        f"relationship--{UUID}",
        f"ipv4-addr--{UUID}",
        f"bundle--{UUID}",
        RED,
        AMBER,
        [RED],
        [RED, AMBER],
        [f"malware--{UUID}"],
    ),
    *([f"identity--{UUID}"], [f"x-thing--{UUID}"], [f"bundle--{UUID}"], [f"sighting--{UUID}"], [f"software--{UUID}"]),
    *({"MD5": "d41d8cd98f00b204e9800998ecf8427e"}, {"md5": "zz"}, {"SHA-1": "d41d"}, {"MD5": 5}, {"FOO": "x"}),
    *([{"source_name": "a"}], [{"source_name": "a", "url": "b"}], [{"source_name": "a", "url": 5}], [{"url": "b"}]),
    *(
        [{"kill_chain_name": "a", "phase_name": "b"}],
        [{"kill_chain_name": "a"}],
        [{"kill_chain_name": "a", "self": "b"}],
    ),
    *(
        [{"name": "a", "data_type": "REG_SZ"}],
        [{"data_type": "REG_NONSENSE"}],
        "agree",
        "neutral",
        "en",
        "de-CH",
        "zz-zz-zz",
    ),
    {f"extension-definition--{UUID}": {"extension_type": "property-extension", "rank": 5}},
    [{"marking_ref": RED, "selectors": ["name"]}],
)
NAMES = sorted(
    {name for value in PLAIN for name in value}
    | {
        "granular_markings",
        "extensions",
        "objects",
        "action",
        "defanged",
        "latitude",
        "valid_until",
        "stop_time",
        "end",
    }
    | {
        "x_count",
        "x_thing_ref",
        "x_thing_refs",
        "X_Upper",
        "_valid_refs",
        "self",
        "allow_custom",
        "custom_properties",
        "ab",
    }
    | {
        "interoperability",
        "revoked",
        "roles",
        "is_active",
        "malware_types",
        "operating_system_refs",
        "sample_refs",
        "start",
    }
)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """Return a plain object in which some properties were removed, replaced or added."""
    value: dict[str, Any] = deepcopy(draw(st.sampled_from(PLAIN)))
    for name in draw(st.lists(st.sampled_from(sorted(value)), max_size=2, unique=True)):
        del value[name]
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True)):
        value[name] = draw(st.sampled_from(NASTY) | st.text(max_size=6) | st.integers(-10, 2**20))
    return value


@settings(max_examples=1_500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_what_the_fast_gate_accepts_the_full_checks_and_the_library_accept(value: dict[str, Any]) -> None:
    if fast.accepts(value):
        assert library_problem(value) is None
        assert every_problem(value, len(json.dumps(value)), CAPS) == pattern_problem(value, CAPS)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_the_full_checks_raise_nothing_whatever_they_are_given(value: dict[str, Any]) -> None:
    every_problem(value, len(json.dumps(value)), CAPS)
    library_problem(value | {"type": str(value.get("type")), "id": str(value.get("id"))})


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_what_goes_the_fast_way_ends_as_it_would_on_the_long_one(seed: int) -> None:
    """A sample of what `scripts/gate-soundness` does a million times."""
    value = anything(random.Random(seed), ())  # noqa: S311 - no secret
    assert not fast.accepts(value) or difference_of(value) is None


def test_an_id_that_recurs_is_judged_as_if_it_were_new() -> None:
    is_creator, is_new = recurring_id_of("identity"), id_of("identity")
    for _ in range(2):
        for item in (*NASTY, *(f"identity--{UUID}{more}" for more in ("", "\n", "0", UUID))):
            assert is_creator(item) == is_new(item)


@pytest.mark.parametrize("value", PLAIN + EXTENDED, ids=lambda value: value["type"])
def test_the_fast_gate_accepts_objects_of_every_type(value: dict[str, Any]) -> None:
    assert fast.accepts(value)
    assert every_problem(value, len(json.dumps(value)), CAPS) is None


@pytest.mark.parametrize(
    "value",
    [
        identity(granular_markings=[{"marking_ref": RED, "selectors": ["nothing"]}]),
        identity(extensions={f"extension-definition--{UUID}": "a"}),
        identity(x_nested={"a": None}),
        identity(external_references=[{"source_name": "a", "url": "b", "granular_markings": [1]}]),
        observable("file", name="a", extensions={"ntfs-ext": {"extension_type": "toplevel-property-extension"}}),
        identity(_valid_refs=["*"]),
        identity(allow_custom=True),
        identity(created_by_ref=f"malware--{UUID}"),
        identity(confidence=101),
        indicator(valid_until="2025-01-01T00:00:00Z"),
        domain_object("malware", is_family=True),
        domain_object("relationship", relationship_type="uses", source_ref=RED, target_ref=f"malware--{UUID}"),
        domain_object("location", latitude=1, country="NZ"),
        {"type": "x-thing", "spec_version": "2.1", "id": f"x-thing--{UUID}", "created": "2026-01-01T00:00:00.000Z"},
        domain_object("relationship", relationship_type="", source_ref=f"tool--{UUID}", target_ref=f"tool--{UUID}"),
        statement(definition={"statement": ""}),
        domain_object("malware-analysis", product="a", result="benign", sample_ref=f"extension-definition--{UUID}"),
        observable("artifact", url="a", hashes={"MD5": "d41d8cd98f00b204e9800998ecf8427e", "created_by_ref": "a"}),
        observable("network-traffic", protocols=["tcp"]),
        observable("file", size=3),
        {"type": "marking-definition"},
        {"type": ["identity"]},
    ],
    ids=lambda value: ",".join(sorted(value))[-60:],
)
def test_the_fast_gate_leaves_what_it_does_not_understand(value: dict[str, Any]) -> None:
    assert not fast.accepts(value)


def test_the_library_never_sees_granular_markings_and_many_references() -> None:
    """A report of this shape costs the library half a minute when it is handed over as it is."""
    references = [f"indicator--{number:08x}-4f89-41d3-9a0c-0305e82c3301" for number in range(2_000)]
    selectors = [f"object_refs.[{number}]" for number in range(200)]
    report = domain_object(
        "report",
        name="Many",
        published="2026-01-01T00:00:00Z",
        object_refs=references,
        granular_markings=[{"marking_ref": RED, "selectors": selectors}],
    )
    assert every_problem(report, len(json.dumps(report)), CAPS) is None


def test_the_reason_that_the_library_gives_is_told_to_its_end() -> None:
    link = domain_object("relationship", relationship_type="related-to")
    problem = library_problem(link | {"source_ref": f"relationship--{UUID}", "target_ref": f"malware--{UUID}"})
    assert problem is not None
    assert all(kind in problem.sentence for kind in ("bundle", "language-content", "marking-definition", "sighting"))
