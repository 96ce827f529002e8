"""TLP, audiences, marking references and selectors."""

from typing import Any

import pytest
import stix2

from hub.domain.handling import Audience, Tlp
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, StixId
from hub.domain.submissions import Marking, MarkingKind
from hub.stix.audience import EXTENSION_ID, audience_marking, extension_definition
from hub.stix.form.selectors import selects
from hub.stix.tlp import LEVELS, OPENCTI_AMBER_STRICT, TLP2_EXTENSION, canonical_markings, marking_of
from tests.unit.stix.examples import (
    AMBER,
    GREEN,
    RED,
    STATEMENT,
    UUID,
    accepted,
    domain_object,
    identity,
    refused,
    statement,
)


@pytest.mark.parametrize("body", canonical_markings(), ids=lambda body: str(body["name"]))
def test_PR_03_the_canonical_tlp_markings_are_accepted(body: dict[str, Any]) -> None:
    checked = accepted(body)
    assert (checked.defines, checked.warnings, checked.tlp) == (None, (), None)


@pytest.mark.parametrize("body", canonical_markings(), ids=lambda body: str(body["name"]))
@pytest.mark.parametrize(
    "change",
    [
        {"name": "TLP:OTHER"},
        {"created": "2020-01-01T00:00:00.000Z"},
        {"definition_type": "statement", "definition": {"statement": "public"}},
        {"x_note": "a"},
        {"object_marking_refs": [RED]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_PR_03_any_other_body_under_a_tlp_id_redefines_it(body: dict[str, Any], change: dict[str, Any]) -> None:
    assert refused(body | change).code == "TLP_REDEFINED"


@pytest.mark.parametrize(
    "members",
    [
        {"definition_type": "tlp", "definition": {"tlp": "red"}},
        {"definition_type": "TLP:CLEAR", "definition": {"tlp": "clear"}},
        {"extensions": {TLP2_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": "clear"}}},
        {"extensions": {TLP2_EXTENSION: {}}},
    ],
)
def test_PR_03_tlp_under_an_id_of_its_own_is_counterfeit(members: dict[str, Any]) -> None:
    assert refused(statement(**members)).code == "TLP_COUNTERFEIT"


def test_PR_03_openctis_amber_strict_has_one_known_body_whenever_it_was_created() -> None:
    body = statement(
        id=OPENCTI_AMBER_STRICT,
        definition={"statement": "custom"},
        x_opencti_definition_type="TLP",
        x_opencti_definition="TLP:AMBER+STRICT",
    )
    assert accepted(body | {"created": "2024-05-05T05:05:05.555Z"}).defines is None
    assert refused(body | {"definition": {"statement": "public"}}).code == "TLP_REDEFINED"
    assert refused(body | {"x_opencti_definition": "TLP:CLEAR"}).code == "TLP_REDEFINED"


def test_tlp_ids_mean_the_levels_of_the_specification() -> None:
    assert sorted(LEVELS.values()) == sorted([*Tlp, Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.RED, Tlp.AMBER_STRICT])
    assert LEVELS[StixId(stix2.TLP_WHITE.id)] is Tlp.CLEAR
    assert LEVELS[StixId(stix2.TLP_RED.id)] is Tlp.RED
    assert [LEVELS[marking_of(level)] for level in Tlp] == list(Tlp)


@pytest.mark.parametrize(
    ("members", "level", "others"),
    [
        ({}, None, set()),
        ({"object_marking_refs": [GREEN]}, Tlp.GREEN, set()),
        ({"object_marking_refs": [GREEN, AMBER, STATEMENT]}, Tlp.AMBER, {STATEMENT}),
        ({"object_marking_refs": [OPENCTI_AMBER_STRICT]}, Tlp.AMBER_STRICT, set()),
        (
            {"object_marking_refs": [GREEN], "granular_markings": [{"marking_ref": RED, "selectors": ["name"]}]},
            Tlp.RED,
            set(),
        ),
        ({"granular_markings": [{"marking_ref": STATEMENT, "selectors": ["name"]}]}, None, {STATEMENT}),
        ({"granular_markings": [{"lang": "fr", "selectors": ["name"]}]}, None, set()),
    ],
)
def test_the_level_is_the_highest_of_object_and_granular_markings(
    members: dict[str, Any], level: Tlp | None, others: set[str]
) -> None:
    checked = accepted(identity(**members))
    assert checked.tlp is level
    assert set(checked.marking_refs) == others


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("MARKING_CYCLE", statement(object_marking_refs=[STATEMENT])),
        ("MARKING_CYCLE", statement(granular_markings=[{"marking_ref": STATEMENT, "selectors": ["definition"]}])),
        ("REFERENCE_TYPE", identity(object_marking_refs=[f"identity--{UUID}"])),
        ("REFERENCE_TYPE", domain_object("x-thing", object_marking_refs=[f"identity--{UUID}"])),
        ("MARKING_FORM", identity(granular_markings=[{"selectors": ["name"]}])),
        ("MARKING_FORM", identity(granular_markings=[{"marking_ref": RED, "lang": "en", "selectors": ["name"]}])),
        ("MARKING_FORM", identity(granular_markings=[{"marking_ref": RED}])),
        ("MARKING_FORM", identity(granular_markings=[{"marking_ref": RED, "selectors": ["name"], "x_more": 1}])),
        ("PROPERTY_VALUE", identity(granular_markings=[{"lang": "not a tag", "selectors": ["name"]}])),
        ("SELECTOR_INVALID", identity(granular_markings=[{"marking_ref": RED, "selectors": ["name", "description"]}])),
        ("SELECTOR_INVALID", identity(granular_markings=[{"marking_ref": RED, "selectors": [""]}])),
    ],
)
def test_an_ill_formed_marking_is_refused(code: str, value: dict[str, Any]) -> None:
    assert refused(value).code == code


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("name", True),
        ("id", True),
        ("type", True),
        ("revoked", True),
        ("confidence", True),
        ("labels", True),
        ("labels.[0]", True),
        ("labels.[1]", True),
        ("external_references.[0].source_name", True),
        ("extensions.x-a-ext.Key-1", True),
        ("labels.[2]", False),
        ("labels.[00]", False),
        ("labels.[-1]", False),
        ("labels.[\u0661]", False),
        ("labels.0", False),
        ("labels[0]", False),
        ("name.[0]", False),
        ("name.x", False),
        ("extensions.[0]", False),
        ("description", False),
        ("", False),
        (".name", False),
        ("name.", False),
        ("labels.[" + "9" * 5_000 + "]", False),
    ],
)
def test_a_selector_selects_what_the_object_has_whatever_its_value(selector: str, found: bool) -> None:  # noqa: FBT001
    value = identity(
        revoked=False,
        confidence=0,
        labels=["a", "b"],
        external_references=[{"source_name": "a"}],
        extensions={"x-a-ext": {"Key-1": ""}},
    )
    assert selects(value, selector) is found


def test_what_a_marking_definition_defines() -> None:
    unknown = {f"extension-definition--{UUID}": {"extension_type": "property-extension", "embargo": True}}
    assert accepted(statement()).defines == Marking(kind=MarkingKind.STATEMENT)
    assert accepted(statement(extensions=unknown)).defines == Marking(kind=MarkingKind.OTHER)
    own_way = accepted(statement(definition_type="ais", definition={"consent": "none"}))
    assert own_way.defines == Marking(kind=MarkingKind.OTHER)
    assert own_way.warnings
    assert accepted(identity()).defines is None


def test_a_statement_about_tlp_sets_no_level_and_says_so() -> None:
    checked = accepted(statement(definition={"statement": "TLP:RED"}))
    assert checked.defines == Marking(kind=MarkingKind.STATEMENT)
    assert any("sets no level" in warning for warning in checked.warnings)


def audience(**lists: Any) -> dict[str, Any]:
    value = audience_marking(StixId(STATEMENT), created="2026-01-01T00:00:00.000Z", members=["NZ"])
    return value | {"extensions": {EXTENSION_ID: {"extension_type": "property-extension"} | lists}}


def test_an_audience_marking_defines_whom_it_names() -> None:
    value = audience_marking(
        StixId(STATEMENT),
        created="2026-01-01T00:00:00.000Z",
        members=["NZ", "AU"],
        organisations=["sg-cert"],
        accounts=["th-cert/ploy"],
    )
    checked = accepted(value)
    assert checked.warnings == ()
    assert checked.defines == Marking(
        kind=MarkingKind.AUDIENCE,
        audience=Audience(
            members=frozenset({MemberCode("AU"), MemberCode("NZ")}),
            organisations=frozenset({OrganisationId("sg-cert")}),
            accounts=frozenset({AccountId("th-cert/ploy")}),
        ),
    )
    assert stix2.parse(value, allow_custom=True).id == STATEMENT


def test_the_audience_extension_definition_is_valid_stix() -> None:
    assert accepted(extension_definition()).warnings == ()
    assert stix2.parse(extension_definition()).id == EXTENSION_ID


@pytest.mark.parametrize(
    "lists",
    [
        {},
        {"members": []},
        {"members": "NZ"},
        {"members": ["nz"]},
        {"members": ["NZ", 5]},
        {"organisations": ["SG CERT"]},
        {"accounts": ["ploy"]},
        {"members": ["NZ"], "until": "2027"},
        {"members": ["NZ"], "extension_type": "new-sdo"},
    ],
)
def test_an_ill_formed_audience_is_refused(lists: dict[str, Any]) -> None:
    assert refused(audience(**lists)).code in ("MARKING_FORM", "EMPTY_LIST")


def test_an_audience_on_the_object_itself_is_refused_rather_than_ignored() -> None:
    assert refused(identity(extensions=audience(members=["NZ"])["extensions"])).code == "MARKING_FORM"


def test_an_audience_beside_an_unknown_extension_is_unknown() -> None:
    value = audience(members=["NZ"])
    value["extensions"] |= {f"extension-definition--{UUID}": {"extension_type": "property-extension", "a": 1}}
    assert accepted(value).defines == Marking(kind=MarkingKind.OTHER)
