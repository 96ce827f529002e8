"""The secrets of a subscription: sealed for it alone, and one that was replaced goes on for a while."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Final

import msgspec

from hub.domain.errors import ConfigurationError, KeyMissingError
from hub.domain.identifiers import SubscriptionId, Tick
from hub.outbound.webhooks.signature import Secret
from hub.services.sealing import HEAD_BYTES, Sealer, key_of
from hub.store.database import Pool
from hub.store.subscriptions.rows import heads_of_secrets

_RANDOM_BYTES: Final = 32
_FOR_EVER: Final = Tick(2**63 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A secret in the clear, and until when it is used, exclusive. This is what is sealed, as JSON."""

    secret: str = field(repr=False)
    until: Tick = _FOR_EVER


def new_secret() -> Secret:
    """Make a secret for the signatures of a webhook."""
    return Secret(token_bytes(_RANDOM_BYTES))


def seal(held: Sequence[Held], subscription: SubscriptionId, *, sealer: Sealer) -> tuple[bytes, ...]:
    """Seal secrets as a subscription keeps them, the newest first."""
    owner = _owner(subscription)
    return tuple(sealer.seal(msgspec.json.encode(each), owner=owner) for each in held)


def unseal(secrets: Sequence[bytes], subscription: SubscriptionId, *, sealer: Sealer, at: Tick) -> tuple[Held, ...]:
    """Open the secrets that a subscription keeps, without those whose time has passed.

    Raise ConfigurationError where the key is not here, or a secret is another subscription's.
    """
    opened = [_opened(sealed, _owner(subscription), sealer) for sealed in secrets]
    return tuple(held for held in opened if at < held.until)


def password_of(secrets: Sequence[bytes], subscription: SubscriptionId, *, sealer: Sealer, at: Tick) -> str:
    """Return the password or token with which the hub calls on another TAXII server."""
    held = unseal(secrets, subscription, sealer=sealer, at=at)
    if not held:
        raise ConfigurationError(f"The {_owner(subscription)} has no password; give it one.")
    return held[0].secret


def require_no_secrets(pool: Pool) -> None:
    """Raise KeyMissingError where subscriptions keep secrets, for which a key was made already."""
    with pool.statement() as database:
        heads = heads_of_secrets(database, size=HEAD_BYTES)
    if heads:
        keys = ", ".join(map(key_of, heads))
        raise KeyMissingError(
            f"The file that sealing_key_file names is not there, and secrets were sealed with key {keys}. The hub's "
            "operators put it back; where it is lost, docs/subscriptions.md says how to begin with a new one."
        )


def _owner(subscription: SubscriptionId) -> str:
    return f"subscription {subscription}"


def _opened(sealed: bytes, owner: str, sealer: Sealer) -> Held:
    return msgspec.json.decode(sealer.unseal(sealed, owner=owner), type=Held)
