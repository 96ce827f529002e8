"""The way to Redis is shared by threads: what one of them finds lost does not take the client from another's hands."""

from typing import Any

from redis import Redis

from hub.bus.connections import Connection


class Lost(Connection):
    """A connection whose client another thread finds lost whenever somebody has just looked for it."""

    def __getattribute__(self, name: str) -> Any:
        """Look, and lose what was found."""
        found = super().__getattribute__(name)
        if name == "_client":
            self._client = None
        return found


def test_who_asks_is_given_a_client_whatever_another_thread_does_meanwhile() -> None:
    client = Redis()
    connection = Lost(lambda: client)
    for _ in range(2):
        with connection.asked() as given:
            assert given is client
        connection.__dict__["_client"] = client
