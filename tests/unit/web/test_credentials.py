"""The Authorization header (RFC 7617, RFC 6750)."""

from base64 import b64encode

import pytest

from hub.web.credentials import Credentials, read_credentials


def basic(text: str) -> str:
    return b64encode(text.encode()).decode()


ANA = Credentials(username="au-cert/ana", token="se:cret")


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
@pytest.mark.parametrize("gap", [" ", "   "])
def test_A_14_the_scheme_is_read_in_any_case_and_the_token_may_hold_a_colon(scheme: str, gap: str) -> None:
    assert read_credentials(f"{scheme}{gap}{basic('au-cert/ana:se:cret')}") == ANA


def test_A_14_a_password_may_be_any_utf_8() -> None:
    assert read_credentials(f"Basic {basic('日本:パス')}") == Credentials(username="日本", token="パス")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Token"])
def test_bearer_carries_a_token_and_no_name(scheme: str) -> None:
    assert read_credentials(f"{scheme} abc.DEF-123_~+/==") == Credentials(username=None, token="abc.DEF-123_~+/==")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Basic ###",
        "Basic dXNlcg",  # padding is missing
        f"Basic {basic('no colon')}",
        f"Basic {basic(':token')}",
        f"Basic {basic('user:')}",
        f"Basic {basic(chr(0) + ':token')}",
        f"Basic {b64encode(bytes([255, 58, 255])).decode()}",
        f"Basic {basic('a:b')}, Basic {basic('a:b')}",
        "Bearer",
        "Bearer ",
        "Bearer two words",
        "Bearer tökén",
        "Digest username=a",
        basic("a:b"),
        "é" * 5_000,
    ],
)
def test_A_14_malformed_credentials_are_no_credentials(header: str) -> None:
    assert read_credentials(header) is None
