"""The Flask application of the web process: its surfaces, one upon another."""

from flask import Flask, Response, request

from hub.web.api.problems import problem_of
from hub.web.api.surface import PREFIX, attach_api
from hub.web.bare import bare_application
from hub.web.metrics.surface import PATH as METRICS
from hub.web.metrics.surface import attach_metrics
from hub.web.services import Services
from hub.web.settings import TaxiiSettings
from hub.web.taxii.failures import error_resource_of
from hub.web.taxii.surface import attach_taxii


def create_application(services: Services, settings: TaxiiSettings) -> Flask:
    """Build the WSGI application over services that are ready to be called.

    What is attached last sees answers first: TAXII may still refuse one, and what is counted is what leaves.
    """
    application = bare_application(_answer)
    attach_metrics(application, services)
    attach_api(application, services)
    attach_taxii(application, services, settings, elsewhere=(PREFIX, METRICS))
    return application


def _answer(error: Exception) -> Response:
    """Answer an error as the surface does on which it has happened, whoever raised it."""
    return problem_of(error) if request.path.startswith((PREFIX, METRICS)) else error_resource_of(error)
