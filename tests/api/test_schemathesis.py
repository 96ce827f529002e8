"""Every operation against requests made from its description: no 5xx, nothing that is not told of."""

import os
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.region import API, Caller, Region
from tests.taxii.caller import basic

Operation = APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Any]

CHECKS: Final = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
)
THERE: Final = {"code": "NZ", "organisation": "nz-cert", "name": "zoe", "one": "JP", "other": "SG"}
"""What half of the well-formed requests ask about, for most made names are those of nothing."""


EXAMPLES: Final = {"desk/olga": 6}
"""For each operation; 2 for those who are mostly refused before a request is looked at."""

TIMES: Final = int(os.environ.get("HUB_TEST_API_TIMES", "1"))
"""So many times as many, for a longer search."""


@pytest.fixture(params=range(4), ids=["operator", "auditor", "administrator", "analyst"])
def caller(request: pytest.FixtureRequest, olga: Caller, aldo: Caller, ada: Caller, ana: Caller) -> Caller:
    """Give each of them, once all are there: what is made may have their names."""
    return (olga, aldo, ada, ana)[request.param]


@pytest.fixture
def there(ana: Caller) -> dict[str, str]:
    """Name what is there; a subscription's name is made by the hub."""
    added = ana.post("/subscriptions", {"channel": "webhook", "url": "https://soc.example/hook"})
    return THERE | {"subscription": added.json["subscription"]["id"]}


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_operations_answer_as_they_say(
    region: Region, caller: Caller, there: dict[str, str], mode: GenerationMode
) -> None:
    credentials = {"Authorization": basic(caller.username, caller.token), "Accept-Encoding": "identity"}
    described = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", region.application, headers=credentials)
    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if mode is GenerationMode.POSITIVE or takes_something(operation):
            probe(operation, mode, credentials, there, TIMES * EXAMPLES.get(caller.username, 2))


def takes_something(operation: Operation) -> bool:
    return bool(operation.query or operation.body)


def probe(
    operation: Operation, mode: GenerationMode, credentials: dict[str, str], there: dict[str, str], examples: int
) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def answers_as_it_says(case: Case) -> None:
        if mode is GenerationMode.POSITIVE and len(str(case.path_parameters)) % 2:
            case.path_parameters |= {name: there[name] for name in case.path_parameters if name in there}
        case.call_and_validate(headers=credentials, checks=list(CHECKS))

    answers_as_it_says()
