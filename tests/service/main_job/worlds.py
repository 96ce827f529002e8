"""Two hubs that begin as one: what the first account sees in both, asked in every way that there is."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from typing import Final
from uuid import UUID

import requests

from hub.domain.clock import timestamp_of
from tests.support.serving import Caller

READABLE: Final = ("au", "jp", "sg", "best-practices", "all")
UNKNOWN_ID: Final = "indicator--00000000-0000-4000-8000-000000000000"
UNKNOWN_STATUS: Final = str(UUID(int=4 << 76 | 8 << 60))

_TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_NEXT: Final = re.compile(r'"next":"([A-Za-z0-9_-]+)"')
_STATUS_ID: Final = re.compile(r'^\{"id":"[0-9a-f-]{36}"')

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All of an answer but the Date, and the question it belongs to."""

    question: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What exists and may be seen, and what exists in one of the worlds alone."""

    visible: tuple[str, ...]
    hidden: tuple[str, ...]
    own_statuses: tuple[str, ...]
    hidden_statuses: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of objects to ask for, one of which is nobody's."""
        return (*self.visible, *self.hidden, UNKNOWN_ID)


def ask_everything(caller: Caller, names: Names) -> Iterator[Answer]:
    """GET every endpoint in every form and yield the answers, always in the same order."""
    for path in _plain_paths(names):
        yield _answer(caller.get(path), path)
    middle = _middle_of(caller)
    for alias in READABLE:
        yield from _pages_of(caller, alias, names, middle)


def _plain_paths(names: Names) -> Iterable[str]:
    yield from ("/taxii2/", "/appf/", "/nowhere/", "collections/")
    yield from (f"collections/{alias}/" for alias in (*READABLE, "nz", "nowhere", UNKNOWN_STATUS))
    yield from (f"status/{name}/" for name in (*names.own_statuses, *names.hidden_statuses, UNKNOWN_STATUS, "x"))


def _pages_of(caller: Caller, alias: str, names: Names, middle: str) -> Iterator[Answer]:
    for kind in ("objects", "manifest"):
        path = f"collections/{alias}/{kind}/"
        for query in _queries(names, middle):
            yield from _walk(caller, path, query)
    for name in names.ids:
        for path in (f"collections/{alias}/objects/{name}/", f"collections/{alias}/objects/{name}/versions/"):
            for query in ({}, {"limit": "1", "match[version]": "all"}, {"added_after": middle}):
                yield from _walk(caller, path, query)


def _queries(names: Names, middle: str) -> Iterable[Query]:
    yield from ({}, {"limit": "1"}, {"limit": "3", "match[version]": "all"}, {"limit": "0"}, {"next": "AAAA"})
    yield from ({"match[version]": version} for version in ("all", "first", "last", "first,last", _A_VERSION, "junk"))
    yield from ({"match[type]": types} for types in ("indicator", "malware", "ipv4-addr,malware", "nothing"))
    yield from ({"match[spec_version]": version} for version in ("2.0", "2.1"))
    yield from ({"match[id]": ",".join(chosen)} for chosen in (names.visible, names.hidden, names.ids, [UNKNOWN_ID]))
    yield from ({"added_after": instant} for instant in ("1999-01-01T00:00:00Z", middle, "2999-01-01T00:00:00Z"))
    yield {"added_after": middle, "limit": "2", "match[type]": "indicator", "match[version]": "all"}


_A_VERSION: Final = "2026-01-01T01:00:00.000Z"


def _walk(caller: Caller, path: str, query: Query) -> Iterator[Answer]:
    """Ask for a page, and for all that follow it."""
    response = caller.get(path, query)
    yield _answer(response, f"{path} {query}")
    while response.status_code == HTTPStatus.OK and response.json().get("more"):
        response = caller.get(path, {**query, "next": response.json()["next"]})
        yield _answer(response, f"{path} {query}, next")


def _middle_of(caller: Caller) -> str:
    """Return the `date_added` that half of what is visible in `au` lies behind."""
    records = caller.get("collections/au/manifest/", {"match[version]": "all"}).json()["objects"]
    return str(records[len(records) // 2]["date_added"])


def _answer(response: requests.Response, question: str) -> Answer:
    headers = sorted((name, value) for name, value in response.headers.items() if name.lower() != "date")
    return Answer(
        question=f"{response.request.method} {question}",
        status=response.status_code,
        headers=tuple(headers),
        body=response.content,
    )


def tell(response: requests.Response, question: str) -> Answer:
    """Keep the answer to a POST or DELETE; the id that a submission was given is no part of it."""
    answer = _answer(response, question)
    body = _STATUS_ID.sub('{"id":"a submission"', answer.body.decode())
    return Answer(question=question, status=answer.status, headers=_lengthless(answer), body=body.encode())


@dataclass(slots=True)
class SameButForDates:
    """Compares answers of worlds in which the same happened at other instants, but in the same order."""

    pairs: dict[str, str] = field(default_factory=dict)

    def check(self, one: Answer, other: Answer) -> None:
        """Fail where anything differs but instants, or an instant of one world stands for two of the other."""
        assert one.status == other.status, one.question
        assert self._shape(one) == self._shape(other), one.question
        for before, after in zip(_instants(one), _instants(other), strict=True):
            assert self.pairs.setdefault(before, after) == after, one.question

    def check_order(self) -> None:
        """Fail where the instants of one world do not rise with those of the other."""
        rising = [self.pairs[before] for before in sorted(self.pairs)]
        assert all(before < after for before, after in pairwise(rising))

    def _shape(self, answer: Answer) -> str:
        question = _TIMESTAMP.sub("at", answer.question)
        return (
            f"{question}\n{_TIMESTAMP.sub('at', str(_lengthless(answer)))}\n{_TIMESTAMP.sub('at', _readable(answer))}"
        )


def _lengthless(answer: Answer) -> tuple[tuple[str, str], ...]:
    """Leave the length out where a body was compressed: other instants and ids compress to other lengths."""
    names = {name.lower() for name, _ in answer.headers}
    compressed = "content-encoding" in names
    return tuple(each for each in answer.headers if not (compressed and each[0].lower() == "content-length"))


def _instants(answer: Answer) -> list[str]:
    return _TIMESTAMP.findall(str(answer.headers) + _readable(answer))


def _readable(answer: Answer) -> str:
    """Return the body with the position in a `next` written as the instant that it is."""
    return _NEXT.sub(_position, answer.body.decode())


def _position(match: re.Match[str]) -> str:
    packed = base64.urlsafe_b64decode(match[1] + "==")
    return f'"next":"{timestamp_of(int.from_bytes(packed[:8], "big"))}"'
