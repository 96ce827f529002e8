"""The extension-definition that the documents give out is the one that the hub reads audiences by."""

import json
from pathlib import Path

from hub.stix.audience import extension_definition

FILE = Path(__file__).resolve().parents[3] / "docs" / "audience-extension.json"


def test_the_published_extension_definition_is_the_hubs_own() -> None:
    assert json.loads(FILE.read_text()) == extension_definition()
