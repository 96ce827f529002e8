"""Secrets at rest: opened with the right key for the right owner, and otherwise not at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.errors import ConfigurationError
from hub.services.sealing import Sealer, SealingKey

OLD = SealingKey(bytes(range(32)))
NEW = SealingKey(bytes(range(32, 64)))
OWNER = "0b6f0c1e-3f0c-4b7e-8b53-0d7c3f8d3a01"
OTHER = "0b6f0c1e-3f0c-4b7e-8b53-0d7c3f8d3a02"
SECRET = b"whsec of somebody"


def test_a_sealed_secret_opens_for_its_owner() -> None:
    assert Sealer([OLD]).unseal(Sealer([OLD]).seal(SECRET, owner=OWNER), owner=OWNER) == SECRET


def test_a_sealed_secret_shows_nothing_and_is_never_the_same_twice() -> None:
    sealer = Sealer([OLD])
    first, second = sealer.seal(SECRET, owner=OWNER), sealer.seal(SECRET, owner=OWNER)
    assert first != second
    assert SECRET not in first
    assert OLD.material not in first
    assert "material" not in repr(OLD)


def test_a_sealed_secret_does_not_open_for_another_owner() -> None:
    sealer = Sealer([OLD])
    with pytest.raises(ConfigurationError, match=f"sealed secret of {OTHER} is damaged, or belongs to something else"):
        sealer.unseal(sealer.seal(SECRET, owner=OWNER), owner=OTHER)


def test_a_key_that_is_not_here_is_named_with_what_to_do() -> None:
    sealed = Sealer([OLD]).seal(SECRET, owner=OWNER)
    with pytest.raises(ConfigurationError, match=f"sealed with key {OLD.id.hex()}, and the hub has {NEW.id.hex()}"):
        Sealer([NEW]).unseal(sealed, owner=OWNER)


@settings(derandomize=True, deadline=None, max_examples=200, database=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_changed_bit_is_overlooked(place: int, change: int) -> None:
    sealer = Sealer([OLD])
    sealed = bytearray(sealer.seal(SECRET, owner=OWNER))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(ConfigurationError):
        sealer.unseal(bytes(sealed), owner=OWNER)


@pytest.mark.parametrize("length", range(0, 37, 4))
def test_a_part_of_a_sealed_secret_does_not_open(length: int) -> None:
    sealer = Sealer([OLD])
    with pytest.raises(ConfigurationError, match="damaged"):
        sealer.unseal(sealer.seal(SECRET, owner=OWNER)[:length], owner=OWNER)


def test_keys_are_changed_without_a_moment_in_which_secrets_are_closed() -> None:
    before, between, after = Sealer([OLD]), Sealer([NEW, OLD]), Sealer([NEW])
    sealed = before.seal(SECRET, owner=OWNER)
    assert not between.is_current(sealed)
    resealed = between.seal(between.unseal(sealed, owner=OWNER), owner=OWNER)
    assert between.is_current(resealed)
    assert after.unseal(resealed, owner=OWNER) == SECRET


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ConfigurationError, match=f"32 random bytes, not {length}"):
        SealingKey(bytes(length))


def test_without_a_key_nothing_is_sealed() -> None:
    with pytest.raises(ConfigurationError, match="no sealing key"):
        Sealer([])
