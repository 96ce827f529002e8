"""PR-03: a marking-definition changes nothing of what TLP means. The validation finds it, before PR-04 to PR-13."""

import pytest

from hub.stix.problems import Code
from hub.stix.tlp import canonical_markings, tlp_problem

CANONICAL = {str(marking["id"]): marking for marking in canonical_markings()}


@pytest.mark.parametrize("name", CANONICAL)
def test_PR_03_a_tlp_marking_as_its_standard_gives_it_is_taken(name: str) -> None:
    assert tlp_problem(CANONICAL[name]) is None


@pytest.mark.parametrize("name", CANONICAL)
def test_PR_03_the_id_of_a_level_with_another_body_is_refused(name: str) -> None:
    problem = tlp_problem({**CANONICAL[name], "name": "TLP:ANYTHING"})
    assert problem is not None
    assert problem.code == Code.TLP_REDEFINED


@pytest.mark.parametrize("name", CANONICAL)
def test_PR_03_a_tlp_body_under_another_id_is_refused(name: str) -> None:
    stranger = "marking-definition--5c1b6f3a-2a5e-4f0e-9a57-0d5c8b6f0a09"
    problem = tlp_problem({**CANONICAL[name], "id": stranger})
    assert problem is not None
    assert problem.code == Code.TLP_COUNTERFEIT


def test_PR_03_a_statement_is_no_business_of_tlp() -> None:
    statement = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--5c1b6f3a-2a5e-4f0e-9a57-0d5c8b6f0a0a",
        "created": "2026-01-01T00:00:00.000Z",
        "definition_type": "statement",
        "definition": {"statement": "For training only"},
    }
    assert tlp_problem(statement) is None
