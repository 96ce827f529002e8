"""TLP as STIX writes it: the ids that mean a level, by which alone a level is known, and the bodies they must have.

A body that arrives in content never changes what an id means (sharing rules, PR-03).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hub.domain.handling import Tlp
from hub.domain.identifiers import StixId
from hub.stix.problems import Code, Problem

TLP2_EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
"""OASIS's extension-definition of TLP 2.0 markings."""

_TLP1: Final = {
    Tlp.CLEAR: ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "white"),
    Tlp.GREEN: ("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "green"),
    Tlp.AMBER: ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "amber"),
    Tlp.RED: ("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red"),
}
_TLP2: Final = {
    Tlp.CLEAR: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    Tlp.GREEN: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Tlp.AMBER: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Tlp.AMBER_STRICT: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    Tlp.RED: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
OPENCTI_AMBER_STRICT: Final = "marking-definition--826578e1-40ad-459f-bc73-ede076f81f37"
"""What OpenCTI puts for AMBER+STRICT, which TLP 1 in STIX has not. Each OpenCTI dates its body itself."""

LEVELS: Final[Mapping[StixId, Tlp]] = MappingProxyType(
    {StixId(name): level for level, (name, _) in _TLP1.items()}
    | {StixId(name): level for level, name in _TLP2.items()}
    | {StixId(OPENCTI_AMBER_STRICT): Tlp.AMBER_STRICT}
)
"""Every marking-definition id that means a TLP level."""


def marking_of(level: Tlp) -> StixId:
    """Return the TLP 2.0 marking-definition id of a level."""
    return StixId(_TLP2[level])


def canonical_markings() -> tuple[Mapping[str, object], ...]:
    """Return the marking-definitions as STIX 2.1 §7.2.1.4 and OASIS's common objects give them."""
    return tuple(_CANONICAL.values())


def tlp_problem(value: Mapping[str, object]) -> Problem | None:
    """Return what a marking-definition makes of TLP that it must not, or None (PR-03)."""
    name = value["id"]
    if not isinstance(name, str):
        return None
    if name in _CANONICAL:
        return None if value == _CANONICAL[name] else _redefined(name)
    if name == OPENCTI_AMBER_STRICT:
        return None if _is_known_opencti_body(value) else _redefined(name)
    if _claims_to_be_tlp(value):
        return Problem(
            Code.TLP_COUNTERFEIT,
            "This marking-definition claims to be TLP under an id of its own. Refer to TLP's own ids instead.",
        )
    return None


def _redefined(name: str) -> Problem:
    return Problem(
        Code.TLP_REDEFINED,
        f"{name} is TLP:{LEVELS[StixId(name)].label.upper()} and this is not its definition. Leave the definition out: "
        "objects that refer to the id are judged by the id.",
    )


def _claims_to_be_tlp(value: Mapping[str, object]) -> bool:
    extensions = value.get("extensions")
    kind = value.get("definition_type")
    return (isinstance(kind, str) and kind.casefold().startswith("tlp")) or (
        isinstance(extensions, dict) and TLP2_EXTENSION in extensions
    )


def _is_known_opencti_body(value: Mapping[str, object]) -> bool:
    """Return whether this is the body that OpenCTI's connectors send for AMBER+STRICT, whenever it was created."""
    known: dict[str, object] = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": OPENCTI_AMBER_STRICT,
        "definition_type": "statement",
        "definition": {"statement": "custom"},
        "x_opencti_definition_type": "TLP",
        "x_opencti_definition": "TLP:AMBER+STRICT",
    }
    undated = {name: item for name, item in value.items() if name not in ("created", "name", "created_by_ref")}
    return undated == known and value.get("name", "TLP:AMBER+STRICT") == "TLP:AMBER+STRICT"


def _tlp1_body(name: str, colour: str) -> dict[str, object]:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": name,
        "created": "2017-01-20T00:00:00.000Z",
        "definition_type": "tlp",
        "name": f"TLP:{colour.upper()}",
        "definition": {"tlp": colour},
    }


def _tlp2_body(name: str, level: Tlp) -> dict[str, object]:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": name,
        "created": "2022-10-01T00:00:00.000Z",
        "name": f"TLP:{level.label.upper()}",
        "extensions": {TLP2_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": level.label}},
    }


_CANONICAL: Final[Mapping[str, Mapping[str, object]]] = {
    name: _tlp1_body(name, colour) for name, colour in _TLP1.values()
} | {name: _tlp2_body(name, level) for level, name in _TLP2.items()}
