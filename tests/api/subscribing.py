"""Subscriptions in tests: one to add through the API, and the command line beside it."""

import json
from typing import Any, Final

from click.testing import CliRunner, Result

from hub.cli.main import cli
from hub.domain.handling import Tlp
from tests.api.region import Caller, Region
from tests.support.stix import indicator
from tests.taxii.caller import Caller as TaxiiCaller

AT: Final = "/subscriptions"
URL: Final = "https://soc.example/hooks/9c1e?from=hub"
HOOK: Final = {"channel": "webhook", "url": URL}
PUSH: Final = {
    "channel": "taxii",
    "url": "https://taxii.example/api/",
    "collection": "feed",
    "username": "hub",
    "password": "correct horse battery staple",
}
SAID: Final = "<p>what the receiver says</p>"


def added(caller: Caller, **changes: Any) -> dict[str, Any]:
    """Add a webhook, changed so, and return what the API gives."""
    answer = caller.post(AT, HOOK | changes)
    assert answer.status_code == 201, answer.text
    given: dict[str, Any] = answer.json
    return given


def hook(caller: Caller, **changes: Any) -> str:
    """Add a webhook and return its number."""
    return str(added(caller, **changes)["subscription"]["id"])


def typed(region: Region, *words: str, said: str = "") -> Result:
    """Run `hub subscription` with some words."""
    environment = {
        "HUB_DATABASE_URL": region.urls.database,
        "HUB_REDIS_URL": region.urls.redis,
        "HUB_SEALING_KEY_FILE": str(region.settings.sealing_key_file),
    }
    return CliRunner().invoke(cli, ["subscription", *words], env=environment, input=said)


def told(region: Region, *words: str) -> Any:
    """Run it with --json and return what it prints."""
    done = typed(region, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def publish(region: Region, caller: Caller, *levels: Tlp) -> None:
    """Push an indicator of each level."""
    publisher = TaxiiCaller(application=region.application, username=caller.username, token=caller.token)
    for level in levels:
        publisher.added("au", indicator(tlp=level))
