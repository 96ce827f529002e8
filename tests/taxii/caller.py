"""An account that talks to the hub over HTTP, and the paths it calls."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import msgspec
from flask import Flask
from werkzeug.datastructures import Headers

TAXII: Final = "application/taxii+json;version=2.1"
DISCOVERY: Final = "/taxii2/"
ROOT: Final = "/appf/"
FIRST: Final = "X-TAXII-Date-Added-First"
LAST: Final = "X-TAXII-Date-Added-Last"

Query = Mapping[str, str] | str


def collection(name: str) -> str:
    """Return the path of a collection."""
    return f"{ROOT}collections/{name}/"


def objects(name: str) -> str:
    """Return the path of a collection's objects."""
    return f"{collection(name)}objects/"


def manifest(name: str) -> str:
    """Return the path of a collection's manifest."""
    return f"{collection(name)}manifest/"


def one(name: str, object_id: str) -> str:
    """Return the path of one object."""
    return f"{objects(name)}{object_id}/"


def versions(name: str, object_id: str) -> str:
    """Return the path of one object's versions."""
    return f"{one(name, object_id)}versions/"


def status(status_id: str) -> str:
    """Return the path of a status resource."""
    return f"{ROOT}status/{status_id}/"


def every_path(name: str, object_id: str) -> dict[str, str]:
    """Return a path for each endpoint of TAXII 2.1 §3.1 that answers GET."""
    return {
        "discovery": DISCOVERY,
        "api-root": ROOT,
        "status": status(str(uuid4())),
        "collections": f"{ROOT}collections/",
        "collection": collection(name),
        "manifest": manifest(name),
        "objects": objects(name),
        "object": one(name, object_id),
        "versions": versions(name, object_id),
    }


def basic(username: str, token: str) -> str:
    """Return the value of an Authorization header."""
    return "Basic " + b64encode(f"{username}:{token}".encode()).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status_code: int
    headers: Headers
    data: bytes

    @property
    def content_type(self) -> str | None:
        """The media type of the body."""
        return self.headers.get("Content-Type")

    @property
    def text(self) -> str:
        """The body as text."""
        return self.data.decode()

    @property
    def json(self) -> Any:
        """The value of the body."""
        return msgspec.json.decode(self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An account with its token. Headers of None are left out of the request."""

    application: Flask
    username: str
    token: str

    def call(
        self, method: str, path: str, query: Query = "", headers: Mapping[str, str | None] | None = None, **more: Any
    ) -> Answer:
        """Send a request with good credentials and Accept, except where `headers` says otherwise."""
        sent: dict[str, str | None] = {"Accept": TAXII, "Authorization": basic(self.username, self.token)}
        sent.update(headers or {})
        given = Headers([(name, value) for name, value in sent.items() if value is not None])
        response = self.application.test_client().open(path, method=method, query_string=query, headers=given, **more)
        return Answer(status_code=response.status_code, headers=response.headers, data=response.data)

    def get(self, path: str, query: Query = "", headers: Mapping[str, str | None] | None = None) -> Answer:
        """GET a path."""
        return self.call("GET", path, query, headers)

    def delete(self, path: str, query: Query = "") -> Answer:
        """DELETE a path."""
        return self.call("DELETE", path, query)

    def post(self, path: str, body: bytes, headers: Mapping[str, str | None] | None = None) -> Answer:
        """POST a body as it is."""
        return self.call("POST", path, headers={"Content-Type": TAXII} | dict(headers or {}), data=body)

    def add(self, name: str, *items: Mapping[str, Any]) -> dict[str, Any]:
        """POST objects in one envelope; return the status resource."""
        response = self.post(objects(name), msgspec.json.encode({"objects": items}))
        assert response.status_code == 202, response.text
        return dict(response.json)

    def added(self, name: str, *items: Mapping[str, Any]) -> dict[str, Any]:
        """POST objects which the hub accepts, all of them."""
        answer = self.add(name, *items)
        assert answer["success_count"] == len(items), answer
        return answer

    def pages(self, path: str, query: Mapping[str, str]) -> Iterator[Answer]:
        """Follow `next` to the last page."""
        response = self.get(path, query)
        yield response
        while response.json.get("more"):
            response = self.get(path, {**query, "next": response.json["next"]})
            yield response


def ids(response: Answer) -> list[str]:
    """Return the ids of an envelope or manifest."""
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json.get("objects", [])]


def modified(response: Answer) -> list[str]:
    """Return the versions of an envelope's objects, a manifest's records or a versions resource."""
    assert response.status_code == 200, response.text
    found = response.json
    named = [item.get("version") or item.get("modified") for item in found.get("objects", [])]
    return named or list(found.get("versions", []))
