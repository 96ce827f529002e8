"""What a TAXII client sees, word for word: the resources, and the body of every error."""

import json
import re
from typing import Final

import pytest

from tests.support.golden import assert_golden
from tests.taxii.caller import DISCOVERY, ROOT, TAXII, Answer, Caller, collection, manifest, objects, one, versions
from tests.taxii.content import V2, indicator, revised
from tests.taxii.harness import Hub

FIRST_VERSION: Final = indicator(id="indicator--7f3c2b10-6d5e-4c1f-9a55-0f1e2d3c4b5a")
SECOND_VERSION: Final = revised(FIRST_VERSION, V2)
NOBODY: Final = "indicator--7f3c2b10-6d5e-4c1f-9a55-000000000000"
MASKS: Final = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"), "DATE"),
    (re.compile(r'("next":")[^"]+'), r"\1POSITION"),
    (re.compile(r'("id":")[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'), r"\1UUID"),
)


@pytest.fixture(scope="module")
def reader(hub: Hub, ana: Caller) -> Caller:
    """Give a reader, once two versions of one object are there."""
    ana.added("xa", FIRST_VERSION)
    ana.added("xa", SECOND_VERSION)
    return hub.account("xb-cert/reader")


def transcript(answer: Answer) -> str:
    """Write an answer down; what differs from run to run is masked."""
    headers = sorted(f"{name}: {value}" for name, value in answer.headers.items())
    text = "\n".join([str(answer.status_code), *headers, "", answer.text, ""])
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text


@pytest.mark.parametrize(
    ("name", "path", "query"),
    [
        ("discovery", DISCOVERY, ""),
        ("api-root", ROOT, ""),
        ("collection", collection("xa"), ""),
        ("objects", objects("xa"), ""),
        ("objects-first-page", objects("xa"), "limit=1&match[version]=all"),
        ("objects-empty", objects("empty"), "added_after=2026-01-01T00:00:00.5Z"),
        ("manifest", manifest("xa"), ""),
        ("object", one("xa", FIRST_VERSION["id"]), "match[version]=first"),
        ("versions", versions("xa", FIRST_VERSION["id"]), ""),
        ("error-400-malformed", objects("xa"), "limit=none"),
        ("error-403-closed", objects("write-only"), ""),
        ("error-404-object", one("xa", NOBODY), ""),
        ("error-404-collection", collection("nowhere"), ""),
        ("error-404-path", f"{ROOT}nowhere/", ""),
    ],
)
def test_an_answer_to_get_is_what_it_was(reader: Caller, name: str, path: str, query: str) -> None:
    assert_golden(f"taxii/{name}.txt", transcript(reader.get(path, query)))


@pytest.mark.parametrize(
    ("name", "method", "headers", "body"),
    [
        ("error-401", "GET", {"Authorization": None}, b""),
        ("error-405", "PUT", {}, b""),
        ("error-406", "GET", {"Accept": "text/html"}, b""),
        ("error-415", "POST", {"Content-Type": "text/plain"}, b"{}"),
        ("error-400-json", "POST", {"Content-Type": TAXII}, b"{nope"),
        ("error-413", "POST", {"Content-Type": TAXII}, b" " * 200_000),
        ("error-422-bundle", "POST", {"Content-Type": TAXII}, b'{"type":"bundle"}'),
    ],
)
def test_an_error_is_what_it_was(
    reader: Caller, name: str, method: str, headers: dict[str, str | None], body: bytes
) -> None:
    assert_golden(f"taxii/{name}.txt", transcript(reader.call(method, objects("xb"), headers=headers, data=body)))


def test_a_status_is_what_it_was(reader: Caller) -> None:
    good = indicator(id="indicator--7f3c2b10-6d5e-4c1f-9a55-0f1e2d3c4b5b", object_marking_refs=["nonsense"])
    unmarked = {key: value for key, value in FIRST_VERSION.items() if key != "object_marking_refs"}
    unmarked["id"] = "indicator--7f3c2b10-6d5e-4c1f-9a55-0f1e2d3c4b5c"
    body = json.dumps({"objects": [good, unmarked, {"type": "indicator"}]}).encode()
    assert_golden("taxii/status.txt", transcript(reader.post(objects("xb"), body)))
