"""Signatures, held against vectors that implementations of Standard Webhooks share, and against forgers."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.domain.errors import ConfigurationError, UnprocessableError
from hub.outbound.webhooks.signature import (
    Secret,
    Signers,
    Trusted,
    Verdict,
    parse_secret,
    public_text,
    signed_headers,
    verify,
)

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
OURS = Secret(bytes(range(32)))
NEXT = Secret(bytes(range(24)))
BODY = b'{"objects":[]}'
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.mark.parametrize(
    ("secret", "name", "seconds", "body", "signature"),
    [
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1649367553,
            b'{"email":"test@example.com","username":"test_user"}',
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        ),
    ],
)
def test_a_known_vector_is_signed_as_published(
    secret: str, name: str, seconds: int, body: bytes, signature: str
) -> None:
    signers = Signers(secrets=(parse_secret(secret),))
    headers = signed_headers(signers, name=name, body=body, at=datetime.fromtimestamp(seconds, UTC))
    assert headers == {"webhook-id": name, "webhook-timestamp": str(seconds), "webhook-signature": signature}


def signed(*secrets: Secret, keys: tuple[Ed25519PrivateKey, ...] = ()) -> dict[str, str]:
    return signed_headers(Signers(secrets=secrets, keys=keys), name="d-1", body=BODY, at=AT)


def judged(headers: dict[str, str], trusted: Trusted, *, body: bytes = BODY, at: datetime = AT) -> Verdict:
    return verify(headers, body, trusted, at=at)


def test_what_is_signed_is_genuine() -> None:
    assert judged(signed(OURS), Trusted(secrets=(OURS,))) is Verdict.GENUINE


def test_while_a_secret_is_changed_both_receivers_believe() -> None:
    headers = signed(NEXT, OURS)
    assert headers["webhook-signature"].count("v1,") == 2
    assert judged(headers, Trusted(secrets=(OURS,))) is Verdict.GENUINE
    assert judged(headers, Trusted(secrets=(NEXT,))) is Verdict.GENUINE


def test_the_hubs_own_key_signs_beside_the_secrets() -> None:
    headers = signed(OURS, keys=(KEY,))
    assert [part.partition(",")[0] for part in headers["webhook-signature"].split(" ")] == ["v1", "v1a"]
    assert judged(headers, Trusted(keys=(KEY.public_key(),))) is Verdict.GENUINE
    assert judged(headers, Trusted(keys=(Ed25519PrivateKey.generate().public_key(),))) is Verdict.FORGED


def test_while_the_hubs_key_is_changed_receivers_of_either_believe() -> None:
    following = Ed25519PrivateKey.generate()
    headers = signed(OURS, keys=(KEY, following))
    assert all(judged(headers, Trusted(keys=(key.public_key(),))) is Verdict.GENUINE for key in (KEY, following))


def test_a_public_key_is_written_for_receivers() -> None:
    assert public_text(KEY.public_key()) == "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_changed_header_is_a_forgery(name: str) -> None:
    headers = signed(OURS)
    changed = {"webhook-id": "d-2", "webhook-timestamp": "1793534401", "webhook-signature": "v1,AAAA"}
    assert judged(headers | {name: changed[name]}, Trusted(secrets=(OURS,))) is Verdict.FORGED


def test_a_changed_body_is_a_forgery() -> None:
    assert judged(signed(OURS), Trusted(secrets=(OURS,)), body=BODY + b" ") is Verdict.FORGED


@pytest.mark.parametrize(
    "signature",
    ["", "v1", "v1,", "v1,*", "v2,AAAA", ",", "v1a,AAAA", "v1,\u00e9", "v1a," + b64encode(bytes(64)).decode()],
)
def test_what_is_no_signature_of_ours_is_not_believed(signature: str) -> None:
    headers = signed(OURS) | {"webhook-signature": signature}
    trusted = Trusted(secrets=(OURS,), keys=(KEY.public_key(),))
    assert judged(headers, trusted) in {Verdict.FORGED, Verdict.MALFORMED}


def test_whoever_trusts_nobody_believes_nothing() -> None:
    assert judged(signed(OURS, keys=(KEY,)), Trusted()) is Verdict.FORGED


@pytest.mark.parametrize(
    ("age", "verdict"),
    [(-301, Verdict.STALE), (-300, Verdict.GENUINE), (300, Verdict.GENUINE), (301, Verdict.STALE)],
)
def test_a_delivery_is_believed_for_five_minutes_either_way(age: int, verdict: Verdict) -> None:
    assert judged(signed(OURS), Trusted(secrets=(OURS,)), at=AT + timedelta(seconds=age)) is verdict


@pytest.mark.parametrize("seconds", ["", "now", "-1", "1.5", "9" * 400, "\u0661"])
def test_a_timestamp_that_is_no_number_is_malformed(seconds: str) -> None:
    headers = signed(OURS) | {"webhook-timestamp": seconds}
    assert judged(headers, Trusted(secrets=(OURS,))) is Verdict.MALFORMED


def test_nothing_is_sent_unsigned() -> None:
    with pytest.raises(ConfigurationError, match="no secret to sign with"):
        Signers(secrets=(), keys=(KEY,))


def test_a_secret_is_read_as_it_is_written_and_never_shown_by_accident() -> None:
    assert parse_secret(OURS.text) == OURS
    assert repr(OURS) == "Secret()"


@pytest.mark.parametrize("length", [0, 1, 23, 65])
def test_a_secret_that_is_too_short_or_too_long_is_refused(length: int) -> None:
    with pytest.raises(UnprocessableError, match=f"24 to 64 random bytes, not {length}"):
        Secret(bytes(length))


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_*", "whpk_" + "A" * 32, "A" * 32, "whsec_\u00e9"])
def test_what_is_no_secret_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(UnprocessableError) as refused:
        parse_secret(text)
    assert refused.value.sentence == "A webhook secret is written whsec_ and base64."
