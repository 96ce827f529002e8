"""The hub's Flask application: what is common to its surfaces, and the surfaces themselves."""

from flask import Flask, Response, request

from hub.web.api.problems import problem_of
from hub.web.api.surface import PREFIX, attach_api
from hub.web.headers import harden
from hub.web.provider import ReadyJsonProvider
from hub.web.services import Services
from hub.web.settings import TaxiiSettings
from hub.web.taxii.failures import error_resource_of
from hub.web.taxii.surface import attach_taxii


def create_application(services: Services, settings: TaxiiSettings) -> Flask:
    """Build the WSGI application over services that are ready to be called."""
    application = Flask("hub.web", static_folder=None)
    application.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    application.json = ReadyJsonProvider(application)
    application.after_request(harden)
    application.register_error_handler(Exception, _answer)
    attach_taxii(application, services, settings, elsewhere=(PREFIX,))
    attach_api(application, services)
    return application


def _answer(error: Exception) -> Response:
    """Answer an error as the surface does on which it has happened, whoever raised it."""
    return problem_of(error) if request.path.startswith(PREFIX) else error_resource_of(error)
