"""Addresses of webhooks, as people write them."""

import pytest

from hub.domain.errors import UnprocessableError
from hub.outbound.wire.endpoints import Origin, parse_endpoint


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "target", "authority"),
    [
        ("https://soc.example", "https", "soc.example", 443, "/", "soc.example"),
        ("https://SOC.example:8443/Hook?k=V", "https", "soc.example", 8443, "/Hook?k=V", "soc.example:8443"),
        ("HTTPS://soc.example:443/a%20b", "https", "soc.example", 443, "/a%20b", "soc.example"),
        ("http://10.20.0.1/", "http", "10.20.0.1", 80, "/", "10.20.0.1"),
        ("https://[2001:DB8::1]:8443/", "https", "2001:db8::1", 8443, "/", "[2001:db8::1]:8443"),
        ("https://soc.example?k", "https", "soc.example", 443, "/?k", "soc.example"),
        ("https://xn--bcher-kva.example/", "https", "xn--bcher-kva.example", 443, "/", "xn--bcher-kva.example"),
    ],
)
def test_an_address_is_taken_apart(  # noqa: PLR0913, PLR0917 -- the parts of an address
    url: str, scheme: str, host: str, port: int, target: str, authority: str
) -> None:
    endpoint = parse_endpoint(url)
    assert endpoint.origin == Origin(scheme=scheme, host=host, port=port)
    assert (endpoint.target, endpoint.authority) == (target, authority)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "at most 2048 letters"),
        ("https://soc.example/" + "a" * 2_048, "at most 2048 letters"),
        ("https://büro.example/", "xn--"),
        ("https://soc.example/\r\nX: y", "all of ASCII"),
        ("https://soc.example/a b", "all of ASCII"),
        ("ftp://soc.example/", "begins with https://"),
        ("file:///etc/passwd", "begins with https://"),
        ("soc.example/hook", "begins with https://"),
        ("https://ana:secret@soc.example/", "no user name or password"),
        ("https://good.example@evil.example/", "no user name or password"),
        ("https://soc.example/#top", "no fragment"),
        ("https://soc.example#@evil.example/", "no fragment"),
        ("https:///hook", "names a host"),
        ("https://.example/", "names a host"),
        ("https://soc..example/", "names a host"),
        ("https://" + "a" * 64 + ".example/", "names a host"),
        ("https://" + "a.bc" * 80 + "/", "names a host"),
        ("https://soc.example:0/", "names a host"),
        ("https://soc.example:65536/", "is not a URL"),
        ("https://soc.example:x/", "is not a URL"),
        ("https://[::1/", "is not a URL"),
        ("https://soc.example\\@evil.example/", "no user name or password"),
        ("https://soc.example\\evil/", "names a host"),
        ("https://soc%2eexample/", "names a host"),
    ],
)
def test_what_the_hub_does_not_deliver_to_is_refused(url: str, words: str) -> None:
    with pytest.raises(UnprocessableError, match=words) as refused:
        parse_endpoint(url)
    assert refused.value.code == "WEBHOOK_URL"
