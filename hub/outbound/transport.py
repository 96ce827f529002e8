"""One HTTP session with one server: verified TLS, patient retries, bounded bodies, no credentials to strangers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests
from requests.exceptions import ChunkedEncodingError, ContentDecodingError, SSLError

from hub import __version__
from hub.outbound.credentials import Credentials, Nobody
from hub.outbound.errors import OutboundError
from hub.outbound.patience import Patience, retry_after_of

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 120.0
CHUNK_BYTES: Final = 65_536
ERROR_BODY_BYTES: Final = 65_536
REDIRECTS: Final = 3
DEPTH: Final = 8
CAUSE_LETTERS: Final = 200
REDIRECTIONS: Final = frozenset({301, 302, 303, 307, 308})
AGAIN: Final = frozenset({429, 502, 503, 504})
"""Statuses after which the same request may succeed a little later."""

LOST: Final = (requests.ConnectionError, requests.Timeout, ChunkedEncodingError, ContentDecodingError)
"""What `requests` raises when no whole answer arrived."""


_UNTRUSTED: Final = "shows no certificate that this machine trusts; --cacert FILE names the authority that signed it"

TLS_ADVICE: Final = {
    "CERTIFICATE_VERIFY_FAILED": _UNTRUSTED,
    "NO_CERTIFICATE_OR_CRL_FOUND": "cannot be checked: the file of authorities holds no certificate",
    "WRONG_VERSION_NUMBER": "does not speak TLS; is it an http address?",
}
"""What OpenSSL says where trying again is in vain, and what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole HTTP answer; header names are lower case."""

    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def good(self) -> bool:
        """Whether the server did what it was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004 -- the class of success, RFC 9110 §15.3


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportSettings:
    """How to reach a server. `cacert` is a PEM file that replaces the system's authorities."""

    credentials: Credentials | Nobody = field(default_factory=Nobody)
    cacert: str | None = None
    patience: Patience = field(default_factory=Patience)
    body_bytes: int = 256 * 1024 * 1024


class Transport:
    """Sends requests over one kept-alive session. Every request it makes is safe to repeat, and is repeated.

    `sleep` waits for seconds; `notice` is told a sentence before each wait.
    """

    def __init__(
        self, settings: TransportSettings, *, sleep: Callable[[float], None], notice: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._notice = notice
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"hub/{__version__}"
        self._session.auth = settings.credentials

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Return the answer, whatever its status; raise OutboundError where none arrives after all attempts."""
        patience = self._settings.patience
        prepared = self._prepare(requests.Request(method, url, headers=dict(headers), params=params, data=body))
        for attempt in range(1, patience.attempts + 1):
            answer, trouble = self._try(prepared)
            if answer is not None and answer.status not in AGAIN:
                return answer
            pause = patience.pause(attempt, retry_after_of(answer.headers) if answer is not None else None)
            if pause is None:
                break
            self._notice(f"{trouble}; trying again in {pause:g} s ({attempt} of {patience.attempts - 1})")
            self._sleep(pause)
        if answer is not None:
            return answer
        raise OutboundError(f"{trouble} (tried {attempt} times)")

    def _prepare(self, request: requests.Request) -> requests.PreparedRequest:
        try:
            return self._session.prepare_request(request)
        except requests.RequestException as error:
            raise OutboundError(f"{request.url} cannot be asked: {error}") from error

    def _try(self, prepared: requests.PreparedRequest) -> tuple[Answer | None, str]:
        """Send once; return the answer where a whole one arrived, and what to call the trouble otherwise."""
        host = urlsplit(prepared.url or "").netloc
        try:
            answer = self._send(prepared)
        except SSLError as error:
            cause = _root_cause(error)
            advice = next((advice for sign, advice in TLS_ADVICE.items() if sign in cause), None)
            if advice is None:
                return None, f"no answer from {host}: {cause}"
            raise OutboundError(f"{host} {advice} ({cause})") from error
        except LOST as error:
            return None, f"no answer from {host}: {_root_cause(error)}"
        except requests.RequestException as error:
            raise OutboundError(f"{prepared.url} cannot be asked: {error}") from error
        return answer, f"{host} answered {answer.status}"

    def _send(self, prepared: requests.PreparedRequest) -> Answer:
        """Send, following redirects of GET that stay on the same server."""
        for _ in range(REDIRECTS + 1):
            answer = self._send_once(prepared)
            target = answer.headers.get("location")
            if answer.status not in REDIRECTIONS or target is None:
                return answer
            target = urljoin(answer.url, target)
            if prepared.method != "GET" or origin_of(target) != origin_of(answer.url):
                raise OutboundError(f"{answer.url} redirects to {target}; if you trust it, give that address instead")
            prepared = prepared.copy()
            prepared.url = target
        raise OutboundError(f"{answer.url} redirects in a circle")

    def _send_once(self, prepared: requests.PreparedRequest) -> Answer:
        url = prepared.url or ""
        options = self._session.merge_environment_settings(
            url=url, proxies={}, stream=True, verify=self._settings.cacert, cert=None
        )
        if self._settings.cacert is not None:
            options["verify"] = self._settings.cacert
        response = self._session.send(
            prepared, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False, **options
        )
        with response:
            return Answer(
                url=url,
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=self._read(response),
            )

    def _read(self, response: requests.Response) -> bytes:
        """Read the body up to the cap; of an error's body, the beginning is enough."""
        most = self._settings.body_bytes if response.ok else ERROR_BODY_BYTES
        body = bytearray()
        for chunk in response.iter_content(CHUNK_BYTES):
            body += chunk
            if len(body) > most and response.ok:
                raise OutboundError(
                    f"{urlsplit(response.url).netloc} sends more than {most:,} bytes at once; "
                    "ask for smaller pages with --limit"
                )
            if len(body) > most:
                break
        return bytes(body)


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port: what credentials are given to."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def _root_cause(error: BaseException) -> str:
    """Say in a few words what lies at the bottom of an exception of requests over urllib3 over the operating system."""
    seen = error
    for _ in range(DEPTH):
        inner = _inner(seen)
        if inner is None:
            break
        seen = inner
    text = seen.strerror if isinstance(seen, OSError) and seen.strerror else str(seen)
    return " ".join(text.split())[:CAUSE_LETTERS] or type(seen).__name__


def _inner(error: BaseException) -> BaseException | None:
    """Return the exception that this one tells of, wherever the libraries have put it."""
    candidates = (getattr(error, "reason", None), error.__cause__, *error.args)
    return next((item for item in candidates if isinstance(item, BaseException)), None)
