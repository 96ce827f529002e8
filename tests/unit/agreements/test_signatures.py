"""Ed25519 as RFC 8032 has it, and keys under which one signature would fit every document."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.policy.agreements.signatures import is_public_key, key_id, verifies

PRIVATE = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
)
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNED = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
"""RFC 8032 §7.1, TEST 2: the message is the one byte 0x72."""


def test_RFC_8032_a_signature_over_the_message_verifies() -> None:
    assert PRIVATE.sign(b"\x72") == SIGNED
    assert verifies(PUBLIC, SIGNED, b"\x72")


def test_a_signature_over_any_other_message_or_by_any_other_key_does_not() -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert not verifies(PUBLIC, SIGNED, b"\x73")
    assert not verifies(PUBLIC, SIGNED, b"")
    assert not verifies(other, SIGNED, b"\x72")


@pytest.mark.parametrize("broken", [b"", SIGNED[:-1], SIGNED + b"\x00", bytes(64), SIGNED[32:] + SIGNED[:32]])
def test_what_is_no_signature_does_not_verify(broken: bytes) -> None:
    assert not verifies(PUBLIC, broken, b"\x72")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        PUBLIC[:-1],
        PUBLIC + b"\x00",
        bytes(32),
        bytes(31) + b"\x80",
        b"\x01" + bytes(31),
        b"\xec" + b"\xff" * 30 + b"\x7f",
        b"\xed" + b"\xff" * 30 + b"\x7f",
        b"\xff" * 32,
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ],
)
def test_a_key_of_small_order_or_of_another_length_is_no_key(raw: bytes) -> None:
    assert not is_public_key(raw)
    assert not verifies(raw, bytes(64), b"anything")


def test_a_key_is_named_by_the_digest_of_its_bytes() -> None:
    assert is_public_key(PUBLIC)
    assert key_id(PUBLIC) == "SHA256:OfcT0KZEJT8EUpQhufUbmwiXnQgpWVnE85kO5hf1E58"
