"""Numbers that are handed out sealed say nothing, and come back only where they belong."""

from base64 import urlsafe_b64decode

import pytest

from hub.web.sealed import SealedNumbers

NUMBERS = SealedNumbers(b"k" * 32, b"one purpose\0")


@pytest.mark.parametrize("number", [0, 1, 2**63 - 1, -1])
def test_a_number_comes_back(number: int) -> None:
    assert NUMBERS.open(NUMBERS.seal(number)) == number


def test_it_looks_different_every_time_and_holds_nothing_of_the_number() -> None:
    sealed = {NUMBERS.seal(1) for _ in range(50)}
    assert len(sealed) == 50
    assert not any((1).to_bytes(8, "big") in urlsafe_b64decode(each) for each in sealed)
    assert len({len(NUMBERS.seal(number)) for number in (0, 10**18)}) == 1


@pytest.mark.parametrize("other", [SealedNumbers(b"j" * 32, b"one purpose\0"), SealedNumbers(b"k" * 32, b"another\0")])
def test_what_is_of_another_key_or_purpose_is_none(other: SealedNumbers) -> None:
    assert NUMBERS.open(other.seal(5)) is None


@pytest.mark.parametrize("text", ["", "5", "NQ==", "A" * 48, "\u00e9", "=" * 48])
def test_what_was_not_sealed_is_none(text: str) -> None:
    assert NUMBERS.open(text) is None
