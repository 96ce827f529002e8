"""What the hub's Flask applications have in common."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response

from hub.web.coding import compress
from hub.web.headers import harden
from hub.web.ready import ReadyJsonProvider, WholeResponse


class Application(Flask):
    """Flask as the hub uses it: every view is a plain function."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function as it is. Flask would look whether it is a coroutine, ten times a request."""
        return func


def bare_application(answer: Callable[[Exception], Response]) -> Flask:
    """Build an application without any surface; `answer` says what a client is told of an error."""
    application = Application("hub.web", static_folder=None)
    application.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    application.response_class = WholeResponse
    application.json = ReadyJsonProvider(application)
    application.after_request(harden)
    application.after_request(compress)
    application.register_error_handler(Exception, answer)
    return application
