"""What the hub's Flask applications have in common."""

from collections.abc import Callable

from flask import Flask, Response

from hub.web.coding import compress
from hub.web.headers import harden
from hub.web.ready import ReadyJsonProvider, WholeResponse


def bare_application(answer: Callable[[Exception], Response]) -> Flask:
    """Build an application without any surface; `answer` says what a client is told of an error."""
    application = Flask("hub.web", static_folder=None)
    application.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    application.response_class = WholeResponse
    application.json = ReadyJsonProvider(application)
    application.after_request(harden)
    application.after_request(compress)
    application.register_error_handler(Exception, answer)
    return application
