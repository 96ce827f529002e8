"""The JSON of the application: what is bytes already is ready and goes through as it is."""

from typing import Any

import msgspec
from flask.json.provider import JSONProvider


class ReadyJsonProvider(JSONProvider):
    """Writes compact JSON, and leaves a resource that was assembled as bytes untouched."""

    def dumps(self, obj: Any, **_: Any) -> Any:  # noqa: ANN401 - the signature is Flask's; bytes stay bytes
        """Return ready bytes as they are, and the JSON text of anything else."""
        return obj if isinstance(obj, bytes) else msgspec.json.encode(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:  # noqa: ANN401 - the signature is Flask's
        """Return the value of a JSON text; raises ValueError where it is none."""
        return msgspec.json.decode(s)


class UnparsedJson:
    """Stands for a JSON reader on requests whose body a service parses itself: it hands on the received bytes."""

    @staticmethod
    def loads(body: bytes) -> bytes:
        """Return the body as it came."""
        return body
