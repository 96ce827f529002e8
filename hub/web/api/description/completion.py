"""What SpecTree's document lacks: how callers are known, conditional requests, and the media type of problems."""

from copy import deepcopy
from typing import Any, Final

from hub.web.api.bodies import MEDIA_TYPE as JSON
from hub.web.api.problems import MEDIA_TYPE as PROBLEM

Document = dict[str, Any]

_SCHEMES: Final = {
    "basic": {"type": "http", "scheme": "basic", "description": "The account as user name, a token as password."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token of the account."},
}
_TAG: Final = {"type": "string"}
_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": _TAG,
    "description": "Entity tags of what the client holds: answered with 304 where it is still so.",
}
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": _TAG,
    "description": "Entity tags: the change is made only where the resource has one of them.",
}
_SLUG: Final = {"type": "string", "maxLength": 63, "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}
_CODE: Final = {"type": "string", "pattern": "^[A-Z]{2}$"}
_IN_PATHS: Final[dict[str, tuple[str, Document]]] = {
    "code": ("A member, by its ISO 3166-1 alpha-2 code.", _CODE),
    "one": ("A member, by its ISO 3166-1 alpha-2 code.", _CODE),
    "other": ("Another member.", _CODE),
    "organisation": ("An organisation, by its id.", _SLUG),
    "name": (
        "The part of an account's id after the slash.",
        {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,62}$"},
    ),
    "token": ("A token, by its number.", {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}),
    "agreement": ("An agreement, by its id.", _SLUG),
    "number": ("The number of a version.", {"type": "integer", "minimum": 1, "maximum": 2_000_000_000}),
    "key": ("A key, by its id.", {"type": "string", "pattern": "^SHA256:[A-Za-z0-9_-]{43}$"}),
    "submission": ("A submission, by the id of its status resource.", {"type": "string", "format": "uuid"}),
    "subscription": ("A subscription, by its id.", {"type": "string", "format": "uuid"}),
    "withdrawal": ("A withdrawal, by the id in its notice.", {"type": "string", "format": "uuid"}),
    "collection": ("A collection, by its id or alias.", {"type": "string", "minLength": 1}),
    "object_id": ("A STIX object, by its id.", {"type": "string", "minLength": 1}),
}
"""What the parts of paths are."""


def complete(made: Document, description: str) -> Document:
    """Return the document with everything that a client needs to know."""
    document = deepcopy(made)
    document["info"]["description"] = description
    document["components"]["securitySchemes"] = deepcopy(_SCHEMES)
    document["security"] = [{name: []} for name in _SCHEMES]
    for path in document["paths"].values():
        for method, operation in path.items():
            _complete_operation(method, operation)
    return document


def _complete_operation(method: str, operation: Document) -> None:
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            parameter["description"], parameter["schema"] = deepcopy(_IN_PATHS[parameter["name"]])
    responses = operation["responses"]
    for status, response in responses.items():
        if status >= "400" and "content" in response:
            response["content"] = {PROBLEM: response["content"][JSON]}
    if "304" in responses:
        operation["parameters"].append(deepcopy(_IF_NONE_MATCH))
        for status in ("200", "304"):
            responses[status]["headers"] = {"ETag": {"schema": deepcopy(_TAG), "description": "The strong entity tag."}}
    if "412" in responses:
        operation["parameters"].append(deepcopy(_IF_MATCH))
    if "201" in responses:
        responses["201"]["headers"] = {"Location": {"schema": {"type": "string"}, "description": "Where it is now."}}
    if method == "get":
        operation.pop("requestBody", None)
