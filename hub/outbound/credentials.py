"""Who a client says it is, written into the Authorization header and nowhere else."""

from base64 import b64encode
from dataclasses import dataclass, field

from requests import PreparedRequest
from requests.auth import AuthBase


@dataclass(frozen=True, kw_only=True)
class Credentials(AuthBase):
    """HTTP Basic where there is a user name, else Bearer; both in UTF-8."""

    username: str | None = None
    token: str = field(repr=False)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Set the header."""
        request.headers["Authorization"] = self.header
        return request

    @property
    def header(self) -> str:
        """The value of the Authorization header (RFC 7617, RFC 6750)."""
        if self.username is None:
            return f"Bearer {self.token}"
        return "Basic " + b64encode(f"{self.username}:{self.token}".encode()).decode("ascii")


class Nobody(AuthBase):
    """No credentials; being an answer, it also keeps `requests` from looking for some in a .netrc file."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Leave the request as it is."""
        return request
