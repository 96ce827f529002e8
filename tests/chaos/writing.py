"""A client that pushes without end, repeats what was not answered, and knows what was acknowledged."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from threading import Event
from typing import Any, Final

import msgspec
import requests

from hub.domain.handling import Tlp
from tests.support.serving import Caller
from tests.support.stix import address, indicator

PENDING_ABOVE: Final = 100
"""The setting with which the hub under attack runs, so that large envelopes are quickly made."""

_SMALL: Final = 40
_LARGE: Final = 400
_LARGE_SHARE: Final = 0.25
_PATIENCE_SECONDS: Final = 180.0
_PAUSE_SECONDS: Final = 0.1
_UNAVAILABLE: Final = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})

Object = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Writer:
    """Pushes envelopes of fresh objects, and now and then one that is there already."""

    caller: Caller
    alias: str
    rng: random.Random
    acknowledged: list[Object] = field(default_factory=list)
    pushed_at: dict[str, float] = field(default_factory=dict)
    envelopes: int = 0
    large: int = 0
    lost: int = 0
    unavailable: int = 0

    def run(self, enough: Event) -> "Writer":
        """Push until it is enough; the last envelope is brought to its end."""
        while not enough.is_set():
            self._push(self._envelope())
        return self

    def _envelope(self) -> list[Object]:
        large = self.rng.random() < _LARGE_SHARE
        size = self.rng.randint(PENDING_ABOVE + 1, _LARGE) if large else self.rng.randint(1, _SMALL)
        known = self.rng.choices(self.acknowledged, k=1) if self.acknowledged else []
        return [*(self._object() for _ in range(size)), *known]

    def _object(self) -> Object:
        tlp = self.rng.choice(list(Tlp))
        return indicator(tlp=tlp, confidence=self.rng.randint(0, 100)) if self.rng.random() < 0.8 else address(tlp=tlp)

    def _push(self, objects: Sequence[Object]) -> None:
        begun = time.monotonic()
        for thing in objects:
            self.pushed_at.setdefault(thing["id"], begun)
        body = msgspec.json.encode({"objects": objects})
        response = self._answer(partial(self.caller.post, f"collections/{self.alias}/objects/", body))
        assert response.status_code == HTTPStatus.ACCEPTED, response.text
        status = response.json()
        pending = status["status"] == "pending"
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while status["status"] == "pending":
            assert time.monotonic() < deadline, f"still pending: {status['id']}"
            time.sleep(_PAUSE_SECONDS)
            status = self._answer(partial(self.caller.get, f"status/{status['id']}/")).json()
        self._check(objects, status)
        self.large += pending
        self.envelopes += 1
        self.acknowledged += objects

    def _check(self, objects: Sequence[Object], status: Mapping[str, Any]) -> None:
        """Every object was accepted, and is named as often as it was sent: no part is lost or told twice."""
        assert status["success_count"] == status["total_count"] == len(objects), status
        assert Counter(detail["id"] for detail in status["successes"]) == Counter(thing["id"] for thing in objects)

    def _answer(self, ask: Callable[[], requests.Response]) -> requests.Response:
        """Ask until there is an answer, as a client does that lost its connection or was told to come again."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                response = ask()
            except requests.RequestException:
                self.lost += 1
            else:
                if response.status_code not in _UNAVAILABLE:
                    return response
                self.unavailable += 1
            assert time.monotonic() < deadline, "the hub does not come back"
            time.sleep(_PAUSE_SECONDS)
