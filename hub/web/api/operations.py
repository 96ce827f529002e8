"""An operation of the API: what it takes and gives, and how a request becomes a call of its view."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Request, Response, g, request
from pydantic import BaseModel, ValidationError
from spectree import Response as Answers
from spectree import SpecTree
from spectree.plugins.base import Context
from spectree.plugins.flask_plugin import FlaskPlugin

from hub.domain.errors import RequestError
from hub.web.api.bodies import MEDIA_TYPE, SMALL, receive
from hub.web.api.call import Call
from hub.web.api.etags import body_of, known_as, tag_of
from hub.web.api.models.base import Created, Resource
from hub.web.api.problems import Fault, FaultyError, Problem, faults_in_body, faults_in_query
from hub.web.credentials import current_principal
from hub.web.services import Services

View = Callable[..., BaseModel | Created | None]

_ALWAYS: Final = frozenset({400, 401, 403, 422, 500, 503})


class StrictPlugin(FlaskPlugin):
    """Reads the query string and the received octets of the body; what is wrong with either is one answer."""

    def request_validation(  # noqa: PLR0913, PLR0917 - the signature is SpecTree's
        self,
        request: Request,
        query: type[BaseModel] | None,
        json: type[BaseModel] | None,
        form: None,
        headers: None,
        cookies: None,
    ) -> None:
        """Leave what was read in the request's context; raise FaultyError."""
        del form, headers, cookies
        request.context = Context(_query(request, query), _body(json), None, None, None)  # type: ignore[attr-defined]


def raise_mismatch(
    _request: object, _answer: object, mismatch: Exception | None, _instance: object, _adapter: object
) -> None:
    """Raise what SpecTree finds wrong with an answer: that is the hub's own fault, and nobody else's to read."""
    if mismatch is not None:
        raise mismatch


def _query(received: Request, model: type[BaseModel] | None) -> BaseModel | None:
    known = set() if model is None else set(model.model_fields)
    names = received.args.to_dict(flat=False)
    faults = [Fault(path=name, message="There is no such parameter") for name in names if name not in known]
    faults += [Fault(path=name, message="Give it once") for name, values in names.items() if len(values) > 1]
    faults += [
        Fault(path=name, message="It contains a NUL character")
        for name, values in names.items()
        if "\0" in "".join(values)
    ]
    if faults:
        raise FaultyError(faults)
    if model is None:
        return None
    try:
        return model.model_validate_strings(received.args.to_dict())
    except ValidationError as error:
        raise FaultyError(faults_in_query(error)) from None


def _body(model: type[BaseModel] | None) -> BaseModel | None:
    body: bytes = g.api_body
    if model is None:
        if body:
            raise RequestError("This operation takes no body; leave it out.")
        return None
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise FaultyError(faults_in_body(error)) from None


@dataclass(frozen=True, slots=True)
class Surface:
    """Where operations are offered: on a blueprint, and in the document that SpecTree makes of them."""

    blueprint: Blueprint
    document: SpecTree
    services: Services

    def offer(  # noqa: PLR0913 - one parameter a part of an operation
        self,
        method: str,
        path: str,
        view: View,
        *,
        tag: str,
        answers: type[BaseModel] | None,
        status: HTTPStatus = HTTPStatus.OK,
        query: type[BaseModel] | None = None,
        body: type[BaseModel] | None = None,
        refuses: frozenset[int] = frozenset(),
        most: int = SMALL,
    ) -> None:
        """Offer a view under the name of its function, which is the operation's id; its docstring describes it.

        `refuses` are the statuses of problems that no other operation has for the same reasons; `most` is the
        greatest size of the body, in octets.
        """
        described = self.document.validate(
            query=query,
            json=body,
            resp=_answers(method, path, answers, status, refuses),
            tags=(tag,),
            operation_id=view.__name__,
        )(self._answering(view, status))
        self.blueprint.add_url_rule(
            path, endpoint=view.__name__, view_func=_receiving(described, most), methods=[method]
        )

    def _answering(self, view: View, status: HTTPStatus) -> Callable[..., Response]:
        services = self.services

        @wraps(view)
        def answer(**path: Any) -> Response:  # noqa: ANN401 - what the rule of the path holds
            context: Context = request.context  # type: ignore[attr-defined]
            given = {"query": context.query, "body": context.json}
            call = Call(
                services=services,
                principal=current_principal(),
                at=_now(services),
                if_match=request.headers.get("If-Match"),
            )
            return _answer(view(call, **path, **{key: value for key, value in given.items() if value}), status)

        return answer


def _now(services: Services) -> datetime:
    return services.clock()


def _receiving(described: Callable[..., Response], most: int) -> Callable[..., Response]:
    @wraps(described)
    def received(**path: Any) -> Response:  # noqa: ANN401 - what the rule of the path holds
        g.api_body = b"" if request.method in {"GET", "HEAD"} else receive(request, most=most)
        return described(**path)

    return received


def _answer(result: BaseModel | Created | None, status: HTTPStatus) -> Response:
    if result is None:
        return Response(status=HTTPStatus.NO_CONTENT)
    model = result.model if isinstance(result, Created) else result
    response = Response(body_of(model), status, content_type=MEDIA_TYPE)
    if isinstance(result, Created):
        response.headers["Location"] = result.location
    if isinstance(model, Resource):
        tag = tag_of(response.get_data())
        response.headers["ETag"] = tag
        known = known_as(request.headers.get("If-None-Match"), tag) if request.method in {"GET", "HEAD"} else None
        if known is not None:
            return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": known})
    return response


def _answers(
    method: str,
    path: str,
    model: type[BaseModel] | None,
    status: HTTPStatus,
    refuses: frozenset[int],
) -> Answers:
    codes = set(_ALWAYS | refuses)
    if "<" in path:
        codes |= {HTTPStatus.NOT_FOUND}
    if method != "GET":
        codes |= {HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
        if status is HTTPStatus.OK and model is not None and issubclass(model, Resource):
            codes |= {HTTPStatus.PRECONDITION_FAILED}
    empty = []
    if model is None:
        empty.append(f"HTTP_{HTTPStatus.NO_CONTENT}")
    elif method == "GET" and issubclass(model, Resource):
        empty.append(f"HTTP_{HTTPStatus.NOT_MODIFIED}")
    models: dict[str, type[BaseModel]] = {f"HTTP_{int(code)}": Problem for code in sorted(codes)}
    if model is not None:
        models[f"HTTP_{int(status)}"] = model
    return Answers(*empty, **models)
