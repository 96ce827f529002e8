"""TAXII 2.1 §4.1, §4.2: discovery (D) and the API root (R)."""

import pytest

from tests.taxii import forms
from tests.taxii.caller import DISCOVERY, ROOT, TAXII, Caller
from tests.taxii.forms import refused
from tests.taxii.harness import BODY_MAX


def test_D_01_D_02_I_11_discovery_describes_the_server(ana: Caller) -> None:
    response = ana.get(DISCOVERY)
    assert forms.read(response, forms.Discovery)
    assert response.json == {
        "title": "A hub under test",
        "description": "Every item of TAXII 2.1",
        "contact": "desk@hub.example",
        "default": ROOT,
        "api_roots": [ROOT],
    }


def test_D_03_D_04_the_default_is_one_of_the_roots(ana: Caller) -> None:
    discovery = ana.get(DISCOVERY).json
    assert discovery["default"] in discovery["api_roots"]


def test_D_05_D_06_roots_are_relative_urls(ana: Caller) -> None:
    for root in ana.get(DISCOVERY).json["api_roots"]:
        assert root.startswith("/")
        assert not root.startswith("//")
        assert root.endswith("/")
        assert "?" not in root


def test_D_08_I_12_every_root_answers(ana: Caller) -> None:
    for root in ana.get(DISCOVERY).json["api_roots"]:
        assert forms.read(ana.get(root), forms.ApiRoot)


def test_R_01_R_02_R_03_the_root_says_version_and_size(ana: Caller) -> None:
    assert ana.get(ROOT).json == {
        "title": "A hub under test",
        "description": "Every item of TAXII 2.1",
        "versions": [TAXII],
        "max_content_length": BODY_MAX,
    }


@pytest.mark.parametrize("root", ["nope", "not-a-uuid", "APPF", "appf2", "taxii2"])
@pytest.mark.parametrize(
    "rest",
    [
        "",
        "collections/",
        "collections/xa/",
        "collections/xa/objects/",
        "collections/xa/manifest/",
        "collections/xa/objects/x/",
        "collections/xa/objects/x/versions/",
        "status/x/",
    ],
)
def test_R_04_R_05_I_13_any_other_root_is_404(ana: Caller, root: str, rest: str) -> None:
    if (root, rest) != ("taxii2", ""):
        refused(ana.get(f"/{root}/{rest}"), 404)
