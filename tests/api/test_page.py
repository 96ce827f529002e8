"""The document and the page to browse it: for everybody with an account, and from this server alone."""

import re
from typing import Any

import pytest

from tests.api.region import Caller

NAMES_ONLY = frozenset({"SubscriptionResource"})
"""What tells secrets apart by their names."""
ASSET = re.compile(r'(?:src|href)="([^"]+)"')


def test_the_document_is_openapi_3_1(ana: Caller) -> None:
    document = ana.get("/openapi.json").json
    assert document["openapi"].startswith("3.1.")
    assert set(document["components"]["securitySchemes"]) == {"basic", "bearer"}
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert {"401", "403", "500"} <= set(operation["responses"])


def test_no_answer_that_may_be_compressed_shows_a_secret(ana: Caller) -> None:
    document = ana.get("/openapi.json").json
    showing = {
        method
        for path in document["paths"].values()
        for method, operation in path.items()
        if shows_a_secret(operation["responses"], document["components"]["schemas"])
    }
    assert showing == {"post"}


def shows_a_secret(described: Any, schemas: dict[str, Any], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a member called `secret` is somewhere in what a schema describes."""
    match described:
        case {"$ref": str(reference)}:
            name = reference.rsplit("/", 1)[-1]
            return name not in seen | NAMES_ONLY and shows_a_secret(schemas[name], schemas, seen | {name})
        case dict():
            return "secret" in described.get("properties", {}) or any(
                shows_a_secret(value, schemas, seen) for value in described.values()
            )
        case list():
            return any(shows_a_secret(value, schemas, seen) for value in described)
        case _:
            return False


def test_the_page_fetches_nothing_from_elsewhere(ana: Caller) -> None:
    page = ana.get("/docs/")
    assert page.status_code == 200
    assets = [name for name in ASSET.findall(page.text) if not name.startswith("data:")]
    assert assets == ["swagger_style.css", "swagger_bundle.js", "swagger_preset.js", "page.js"]
    assert "//" not in page.text.replace("<!doctype html>", "")
    for name in assets:
        assert ana.get(f"/docs/{name}").status_code == 200
    assert '"../openapi.json"' in ana.get("/docs/page.js").text


@pytest.mark.parametrize("name", ["", "page.js", "swagger_bundle.js", "swagger_style.css"])
def test_the_page_may_load_from_this_server_alone_and_stand_in_no_frame(ana: Caller, name: str) -> None:
    policy = ana.get(f"/docs/{name}").headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == directives["frame-ancestors"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == "'self'"
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_stranger_sees_neither(ana: Caller) -> None:
    for path in ("/openapi.json", "/docs/", "/docs/swagger_bundle.js"):
        assert ana.call("GET", path, headers={"Authorization": None}).status_code == 401
