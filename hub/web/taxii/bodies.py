"""The body of a request: received whole, with or without a Content-Length, up to the size the API root names."""

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from hub.domain.errors import RequestError, TooLargeError


class UnparsedJson:
    """Stands for a JSON reader on requests whose body a service parses itself: it hands on the received bytes."""

    @staticmethod
    def loads(body: bytes) -> bytes:
        """Return the body as it came."""
        return body


def measure(request: Request, max_content_length: int) -> None:
    """Receive the body; raises TooLargeError or RequestError.

    A body without a Content-Length is cut off one octet past the limit and gets the header that the views ask for.
    What they take for parsing hands the bytes on.
    """
    request.max_content_length = max_content_length + 1
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        body = None
    if body is None or len(body) > max_content_length:
        raise TooLargeError(f"The body has more than {max_content_length} octets; send smaller envelopes.")
    if not body:
        raise RequestError("The request has no body; send an envelope with the objects to add.")
    if request.content_length not in (None, len(body)):
        raise RequestError("The body ended before its Content-Length; send it again.")
    request.environ["CONTENT_LENGTH"] = str(len(body))
    request.json_module = UnparsedJson
