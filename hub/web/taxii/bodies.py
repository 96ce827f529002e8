"""The body of a request: received whole, with or without a Content-Length, up to the size the API root names."""

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from hub.domain.errors import RequestError, TooLargeError
from hub.web.provider import UnparsedJson


def measure(request: Request, max_content_length: int) -> None:
    """Receive the body; raises TooLargeError or RequestError.

    A chunked body gets the Content-Length that the views ask for, and what they take for parsing hands the bytes on.
    """
    request.max_content_length = max_content_length
    try:
        body = request.get_data()
    except RequestEntityTooLarge as error:
        raise TooLargeError(f"The body has more than {max_content_length} octets; send smaller envelopes.") from error
    if not body:
        raise RequestError("The request has no body; send an envelope with the objects to add.")
    request.environ["CONTENT_LENGTH"] = str(len(body))
    request.json_module = UnparsedJson
