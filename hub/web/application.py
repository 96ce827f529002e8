"""The hub's Flask application: what is common to its surfaces, and the surfaces themselves."""

from collections.abc import Callable

from flask import Flask, Response, request

from hub.web.api.problems import problem_of
from hub.web.api.surface import PREFIX, attach_api
from hub.web.coding import compress
from hub.web.headers import harden
from hub.web.metrics.surface import PATH as METRICS
from hub.web.metrics.surface import attach_metrics
from hub.web.provider import ReadyJsonProvider
from hub.web.services import Services
from hub.web.settings import TaxiiSettings
from hub.web.stream.surface import Streaming, attach_stream
from hub.web.taxii.failures import error_resource_of
from hub.web.taxii.surface import attach_taxii
from hub.web.whole import WholeResponse


def create_application(services: Services, settings: TaxiiSettings) -> Flask:
    """Build the WSGI application over services that are ready to be called.

    What is attached last sees answers first: TAXII may still refuse one, and what is counted is what leaves.
    """
    application = _application(_answer)
    attach_metrics(application, services)
    attach_api(application, services)
    attach_taxii(application, services, settings, elsewhere=(PREFIX, METRICS))
    return application


def create_stream_application(streaming: Streaming) -> Flask:
    """Build the WSGI application that holds streams open, and does nothing else: it has a process of its own."""
    application = _application(problem_of)
    attach_stream(application, streaming)
    return application


def _application(answer: Callable[[Exception], Response]) -> Flask:
    """Build what is common to all of them; `answer` says what a client is told of an error."""
    application = Flask("hub.web", static_folder=None)
    application.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    application.response_class = WholeResponse
    application.json = ReadyJsonProvider(application)
    application.after_request(harden)
    application.after_request(compress)
    application.register_error_handler(Exception, answer)
    return application


def _answer(error: Exception) -> Response:
    """Answer an error as the surface does on which it has happened, whoever raised it."""
    return problem_of(error) if request.path.startswith((PREFIX, METRICS)) else error_resource_of(error)
