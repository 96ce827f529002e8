"""Two hubs feed one another over TAXII: everything is there once, nothing comes back, and what is wrong is said."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final, NamedTuple

import pytest

from hub.domain.directory import Role
from hub.domain.handling import Tlp
from tests.service.delivery.subscribing import LOOPBACK
from tests.support.serving import Caller, ServedHub, serving
from tests.support.stix import indicator
from tests.support.waiting import await_that

ROUNDS: Final = 12
ENVELOPE_BYTES: Final = 40_000
PENDING_ABOVE: Final = 20


class Hubs(NamedTuple):
    """Two hubs; the other takes small envelopes, and puts what has more than a few objects off."""

    one: ServedHub
    two: ServedHub


@pytest.fixture(scope="module")
def hubs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hubs]:
    folder = tmp_path_factory.mktemp("hubs")
    options: dict[str, Any] = {"delivery_networks": LOOPBACK, "retry_first_seconds": 0.1, "retry_longest_seconds": 0.2}
    small: dict[str, Any] = {"caps_body_bytes": ENVELOPE_BYTES, "pending_above": PENDING_ABOVE}
    with ExitStack() as stack:
        one = stack.enter_context(serving(folder / "one", **options))
        yield Hubs(one, stack.enter_context(serving(folder / "two", **options, **small)))


def test_two_hubs_feed_one_another_without_echo_and_everything_is_there_once(hubs: Hubs) -> None:
    here, there = hubs.one.account("au-cert/peer"), hubs.two.account("au-cert/peer")
    feeds = hubs.one.account("nz-cert/feed"), hubs.two.account("sg-cert/feed")
    numbers = feed(here, there), feed(there, here)
    sent: list[str] = []
    for _ in range(ROUNDS):
        for caller, alias in zip(feeds, ("nz", "sg"), strict=True):
            things = [indicator(tlp=Tlp.GREEN) for _ in range(3)]
            caller.accept(alias, *things)
            sent += [thing["id"] for thing in things]
    everywhere = Counter(sent)
    for reader in (here, there):
        await_that(lambda reader=reader: everywhere.keys() <= held(reader).keys(), "every object")  # type: ignore[misc]
        assert {name: count for name, count in held(reader).items() if name in everywhere} == everywhere
    for caller, number in zip((here, there), numbers, strict=True):
        await_that(lambda caller=caller, number=number: at_rest(caller, number), "an end")  # type: ignore[misc]
        told = progress(caller, number)
        assert (told["delivered"], told["refused"], told["errors"]) == (3 * ROUNDS, 0, [])
        caller.call_api("POST", f"subscriptions/{number}/pause")


def test_what_another_server_refuses_is_counted_and_its_owner_can_read_why(hubs: Hubs) -> None:
    here, there = hubs.one.account("jp-cert/peer"), hubs.two.account("jp-cert/peer")
    thing = indicator(tlp=Tlp.GREEN)
    there.accept("jp", thing | {"name": "Another object under the same id and version"})
    number = feed(here, there, alias="jp")
    hubs.one.account("nz-cert/other").accept("nz", thing, other := indicator(tlp=Tlp.GREEN))
    await_that(lambda: other["id"] in held(there), "the other object")
    await_that(lambda: progress(here, number)["refused"] == 1, "a refusal")
    told = progress(here, number)
    assert thing["id"] in told["errors"][0]["reason"]
    assert (told["delivered"], told["failures"]) == (1, 0)
    here.call_api("POST", f"subscriptions/{number}/pause")


def test_envelopes_are_as_large_as_the_other_server_takes_and_followed_to_their_end(hubs: Hubs) -> None:
    here, there = hubs.one.account("kr-cert/peer"), hubs.two.account("kr-cert/peer")
    number = feed(here, there, alias="kr")
    things = [indicator(tlp=Tlp.GREEN, description="x" * 500) for _ in range(100)]
    hubs.one.account("nz-cert/large").accept("nz", *things)
    await_that(lambda: progress(here, number)["delivered"] == len(things), "every object")
    told = progress(here, number)
    assert (told["refused"], told["failed_attempts"], told["errors"]) == (0, 0, [])
    assert {thing["id"] for thing in things} <= held(there).keys()
    envelopes = hubs.two.rows("SELECT total FROM submissions WHERE account = 'kr-cert/peer'")
    assert sum(total for (total,) in envelopes) == len(things)
    assert len(envelopes) > 2
    assert max(total for (total,) in envelopes) > PENDING_ABOVE
    assert '"status": 413' not in hubs.two.log
    here.call_api("POST", f"subscriptions/{number}/pause")


def test_what_is_wrong_with_the_way_there_is_explained_and_a_new_password_mends_it(hubs: Hubs) -> None:
    here, there = hubs.one.account("fj-cert/peer"), hubs.two.account("fj-cert/peer")
    reader = hubs.two.account("fj-cert/reader", Role.ANALYST)
    wrong = feed(here, there, alias="fj", password="wrong")
    nowhere = feed(here, there, alias="fj", collection="00000000-0000-4000-8000-000000000000")
    closed = feed(here, reader, alias="fj")
    hubs.one.account("nz-cert/third").accept("nz", thing := indicator(tlp=Tlp.GREEN))
    for number, status, words in (
        (wrong, 401, "does not accept these credentials"),
        (nowhere, 404, "no such API root or collection"),
        (closed, None, "may not write"),
    ):
        await_that(lambda number=number: progress(here, number)["errors"], "an error")  # type: ignore[misc]
        error = progress(here, number)["errors"][0]
        assert (error["status"], words in error["reason"]) == (status, True), error
        found = found_of(here, number)
        assert (found["state"], found["status"], words in found["reason"]) == ("failed", status, True), found
    assert here.call_api("POST", f"subscriptions/{wrong}/password", {"password": there.token}).status_code == 200
    await_that(lambda: thing["id"] in held(there), "the object")
    await_that(lambda: progress(here, wrong)["failures"] == 0, "a success")
    for number in (nowhere, closed):
        here.call_api("DELETE", f"subscriptions/{number}")
    found = found_of(here, feed(here, there, alias="fj"))
    assert (found["state"], f"{ENVELOPE_BYTES:,} bytes" in found["reason"]) == ("passed", True), found


def feed(caller: Caller, to: Caller, *, alias: str = "au", **changes: str) -> str:
    """Have what an account may read at its hub pushed to the collection of another account, at the other hub."""
    (collection,) = (each for each in to.get("collections/").json()["collections"] if each.get("alias") == alias)
    wanted = {
        "channel": "taxii",
        "url": f"{to.root}/appf/",
        "collection": collection["id"],
        "username": to.username,
        "password": to.token,
    }
    answer = caller.call_api("POST", "subscriptions", wanted | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["subscription"]["id"])


def progress(caller: Caller, number: str) -> dict[str, Any]:
    """Return how a subscription gets on, as its owner is told."""
    return dict(caller.call_api("GET", f"subscriptions/{number}/progress").json())


def at_rest(caller: Caller, number: str) -> bool:
    """Tell whether nothing waits for a subscription."""
    told = progress(caller, number)
    return told["waiting"] == 0 and not told["more"]


def found_of(caller: Caller, number: str) -> dict[str, Any]:
    """Test a subscription and return what came of it."""
    path = f"subscriptions/{number}/test"
    assert caller.call_api("POST", path).status_code == 202
    await_that(lambda: caller.call_api("GET", path).json()["state"] != "waiting", "a finding")
    return dict(caller.call_api("GET", path).json())


def held(reader: Caller) -> Counter[str]:
    """Count the objects that a reader sees anywhere, by id."""
    return Counter(
        thing["id"] for page in reader.walk("collections/all/objects/") for thing in page.json().get("objects", [])
    )
