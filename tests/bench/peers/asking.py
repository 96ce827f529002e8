"""Pushing to a peer and pulling from it: what it answers is checked afterwards, so that no failure counts as speed."""

from collections.abc import Sequence
from typing import Any

import orjson

from tests.bench.client import Target, line, timed
from tests.bench.workloads import walk


def push_to(peer: Target, bodies: Sequence[bytes]) -> float:
    """Push envelopes and return the seconds that took; raise where the peer does not say that it has each object."""
    answers: list[bytes] = []
    with line(peer) as opened:
        seconds = timed(lambda: answers.extend(opened.post(body) for body in bodies))
    for body, answer in zip(bodies, answers, strict=True):
        status = orjson.loads(answer)
        said = (status["status"], status["success_count"], status["failure_count"], status["pending_count"])
        if said != ("complete", len(_objects(body)), 0, 0):
            raise RuntimeError(f"the peer did not take an envelope: {answer[:300]!r}")
    return seconds


def pull_from(peer: Target, bodies: Sequence[bytes], *, limit: int, pages: int) -> float:
    """Pull the first pages and return the seconds that took; raise where they hold other objects than were pushed.

    Objects are told by their ids: OpenTAXII writes another `spec_version` into what it gives.
    """
    given: list[bytes] = []
    with line(peer) as opened:
        seconds = timed(lambda: given.extend(walk(opened, limit=limit, pages=pages)))
    pushed, pulled = _ids(bodies), _ids(given)
    if len(pulled) != limit * pages or not pulled <= pushed:
        raise RuntimeError("the peer's pages hold other objects than were pushed to it")
    return seconds


def _ids(bodies: Sequence[bytes]) -> set[str]:
    return {thing["id"] for body in bodies for thing in _objects(body)}


def _objects(body: bytes) -> list[dict[str, Any]]:
    objects: list[dict[str, Any]] = orjson.loads(body)["objects"]
    return objects
