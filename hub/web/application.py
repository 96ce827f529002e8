"""The hub's Flask application: what is common to its surfaces, and the surfaces themselves."""

from flask import Flask

from hub.web.headers import harden
from hub.web.provider import ReadyJsonProvider
from hub.web.services import Services
from hub.web.settings import TaxiiSettings
from hub.web.taxii.surface import attach_taxii


def create_application(services: Services, settings: TaxiiSettings) -> Flask:
    """Build the WSGI application over services that are ready to be called."""
    application = Flask("hub.web", static_folder=None)
    application.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    application.json = ReadyJsonProvider(application)
    application.after_request(harden)
    attach_taxii(application, services, settings)
    return application
