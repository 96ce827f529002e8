"""The OpenAPI document, made from the operations, and a page to browse it that fetches nothing from elsewhere."""

from importlib.resources import files
from typing import Any, Final

from flask import Response

from hub.web.api.description.completion import complete
from hub.web.api.operations import Surface

DOCUMENT: Final = "/openapi.json"
PAGE: Final = "/docs/"

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS: Final = {
    "swagger_bundle.js": "text/javascript",
    "swagger_preset.js": "text/javascript",
    "swagger_style.css": "text/css",
}
"""Files of the package offapi, and what they are."""

_HTML: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Administration of the hub</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="swagger_style.css">
</head>
<body>
<div id="page"></div>
<script src="swagger_bundle.js"></script>
<script src="swagger_preset.js"></script>
<script src="page.js"></script>
</body>
</html>
"""
_SCRIPT: Final = """"use strict";
SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#page",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  validatorUrl: null,
});
"""
_DESCRIPTION: Final = """\
Everything that operators, auditors and the administrators of member organisations do. Each operation has a command \
of `hub` that does the same.

Errors are problem details (RFC 9457). What a caller may not see is answered like what is not there. A resource has a \
strong entity tag: `If-None-Match` saves reading it again, and a change with `If-Match` is made only where the \
resource is still the one that was seen, in whatever content coding it was."""


def attach_documentation(surface: Surface) -> None:
    """Serve document and page, to everybody who has an account."""
    blueprint = surface.blueprint
    blueprint.add_url_rule(DOCUMENT, endpoint="openapi", view_func=lambda: _document(surface), methods=["GET"])
    blueprint.add_url_rule(PAGE, endpoint="page", view_func=lambda: _page(_HTML, "text/html"), methods=["GET"])
    blueprint.add_url_rule(
        f"{PAGE}page.js", endpoint="script", view_func=lambda: _page(_SCRIPT, "text/javascript"), methods=["GET"]
    )
    for name in _ASSETS:
        blueprint.add_url_rule(
            PAGE + name, endpoint=name.replace(".", "_"), view_func=_asset, defaults={"name": name}, methods=["GET"]
        )


def _document(surface: Surface) -> dict[str, Any]:
    return complete(surface.document.spec, _DESCRIPTION)


def _page(text: str, kind: str) -> Response:
    response = Response(text, content_type=f"{kind}; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _asset(name: str) -> Response:
    response = _page((files("offapi") / name).read_text("utf-8"), _ASSETS[name])
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
