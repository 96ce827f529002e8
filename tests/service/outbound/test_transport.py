"""Which servers are trusted, and who is told a secret."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hub.outbound.errors import OutboundError
from hub.outbound.patience import Patience
from hub.outbound.transport import Transport, TransportSettings
from tests.service.outbound.scripted import Script


def get(url: str, settings: TransportSettings | None = None) -> int:
    notices: list[str] = []
    patience = Patience(attempts=2)
    chosen = settings or TransportSettings(patience=patience)
    transport = Transport(chosen, sleep=lambda _seconds: None, notice=notices.append)
    return transport.request("GET", url, headers={}).status


class Empty(BaseHTTPRequestHandler):
    """Answers with nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def serve(self) -> None:
        """Answer with nothing."""
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


Empty.do_GET = Empty.serve  # type: ignore[attr-defined]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return a PEM file with a key and the certificate that it signed for the loopback address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = tmp_path / "server.pem"
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_an_unknown_authority_is_not_trusted(secure: str) -> None:
    with pytest.raises(OutboundError, match="--cacert FILE names the authority"):
        get(secure)


def test_a_named_authority_is_trusted(secure: str, certificate: Path) -> None:
    assert get(secure, TransportSettings(cacert=str(certificate))) == 200


def test_a_named_authority_goes_before_one_of_the_environment(
    secure: str, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "none.pem").write_text("")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    assert get(secure, TransportSettings(cacert=str(certificate))) == 200


def test_a_server_without_tls_is_said_to_have_none(script: Script) -> None:
    with pytest.raises(OutboundError, match="does not speak TLS; is it an http address"):
        get(script.url.replace("http:", "https:"))


def test_without_credentials_none_are_looked_for(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    get(script.url)
    assert "authorization" not in script.seen[0].headers


def test_a_body_without_end_is_cut_short(script: Script) -> None:
    with pytest.raises(OutboundError, match="more than 10 bytes at once; ask for smaller pages with --limit"):
        get(script.url, TransportSettings(body_bytes=10))


def test_nobody_there_is_said_in_the_words_of_the_system() -> None:
    with pytest.raises(OutboundError, match=r"^no answer from 127\.0\.0\.1:9: Connection refused \(tried 2 times\)$"):
        get("http://127.0.0.1:9/")
