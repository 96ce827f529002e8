"""The API surface of the application: its gate, its operations, and the document that describes them."""

from typing import Any, Final

from flask import Blueprint, Flask
from spectree import SpecTree
from spectree.model_adapter.protocol import SchemaMode
from spectree.model_adapter.pydantic_adapter import PydanticModelAdapter

from hub.web.api.description.pages import attach_documentation
from hub.web.api.gate import ApiGate
from hub.web.api.operations import StrictPlugin, Surface, raise_mismatch
from hub.web.api.views.accounts import attach_accounts
from hub.web.api.views.agreements.documents import attach_documents
from hub.web.api.views.agreements.keys import attach_keys
from hub.web.api.views.agreements.transitions import attach_transitions
from hub.web.api.views.chronicle import attach_chronicle
from hub.web.api.views.explaining import attach_explaining
from hub.web.api.views.members import attach_members
from hub.web.api.views.organisations import attach_organisations
from hub.web.api.views.own import attach_own
from hub.web.api.views.subscriptions.keys import attach_webhook_keys
from hub.web.api.views.subscriptions.orders import attach_subscriptions
from hub.web.api.views.subscriptions.trials import attach_trials
from hub.web.api.views.tokens import attach_tokens
from hub.web.api.views.withdrawals import attach_withdrawals
from hub.web.services import Services

PREFIX: Final = "/api/"
"""Everything below is the API's, what leads nowhere too."""

_VERSION: Final = "v1"


class _Describing(PydanticModelAdapter):
    """Describes each model once: SpecTree asks anew for each answer of each operation, which takes most of a second."""

    def __init__(self) -> None:
        super().__init__()
        self._schemas: dict[tuple[type[Any], str, SchemaMode], dict[str, Any]] = {}

    def json_schema(self, model: type[Any], *, ref_template: str, mode: SchemaMode = "validation") -> dict[str, Any]:
        """Return the JSON Schema of a model. SpecTree changes copies of it alone."""
        key = (model, ref_template, mode)
        if key not in self._schemas:
            self._schemas[key] = super().json_schema(model, ref_template=ref_template, mode=mode)
        return self._schemas[key]


_DESCRIBING: Final = _Describing()
"""Of the models there are, whatever application they are offered by."""


def attach_api(application: Flask, services: Services) -> None:
    """Put the API and its documentation on the application."""
    application.before_request(ApiGate(services.authenticating, PREFIX).admit)
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX + _VERSION)
    surface = Surface(blueprint, _document(), services)
    for attach in (
        attach_own,
        attach_members,
        attach_organisations,
        attach_accounts,
        attach_tokens,
        attach_keys,
        attach_documents,
        attach_transitions,
        attach_chronicle,
        attach_explaining,
        attach_withdrawals,
        attach_subscriptions,
        attach_trials,
        attach_webhook_keys,
    ):
        attach(surface)
    attach_documentation(surface)
    application.register_blueprint(blueprint)


def _document() -> SpecTree:
    """Name each model in the document by its class, one that several hold too."""
    return SpecTree(
        "flask",
        backend=StrictPlugin,
        after=raise_mismatch,
        mode="strict",
        model_adapter=_DESCRIBING,  # type: ignore[arg-type] # nor does the one of SpecTree fit this type
        annotations=False,
        title="Administration of the hub",
        version="1",
        openapi_version="3.1.0",
        page_templates={},
        naming_strategy=lambda model: model.__name__,
        nested_naming_strategy=lambda _parent, child: child,
    )
