"""The keys with which the hub signs webhooks beside their secrets: all of them sign, so that one can follow another."""

from collections.abc import Callable
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.domain.errors import ConfigurationError
from hub.outbound.webhooks.signature import public_text
from hub.runtime.keys.files import read_key_file
from hub.runtime.settings import Settings


def signing_keys_of(settings: Settings) -> Callable[[], tuple[Ed25519PrivateKey, ...]]:
    """Return what gives the keys; the file is read, or made with one, when that is called for the first time.

    It raises ConfigurationError where the file holds none.
    """

    @cache
    def signing_keys() -> tuple[Ed25519PrivateKey, ...]:
        keys = read_key_file(settings.webhook_key_file, setting="webhook_key_file")
        if not keys:
            raise ConfigurationError(
                f"webhook_key_file: {settings.webhook_key_file} holds no key; without the file, the hub makes one."
            )
        return tuple(Ed25519PrivateKey.from_private_bytes(key) for key in keys)

    return signing_keys


def public_keys_of(settings: Settings) -> Callable[[], tuple[str, ...]]:
    """Return what gives the public keys as receivers are given them."""
    keys = signing_keys_of(settings)
    return lambda: tuple(public_text(key.public_key()) for key in keys())
