"""The services that the web front calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hub.domain.catalogue import Catalogue
from hub.outbound.wire.addresses import Networks
from hub.services.access import Access
from hub.services.delete import Deleting
from hub.services.directory.authenticate import Authenticating
from hub.services.read import Reading
from hub.services.sealing import Sealer
from hub.services.submit import Submitting
from hub.services.subscriptions.waiting import Waiting
from hub.store.database import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """All that the web front needs of the layers below it.

    `cursor_key` signs the positions given to clients; a token is good for `token_days` where nobody says otherwise.
    With `metrics_loopback` whoever asks from this machine reads the metrics. A withdrawal
    that nobody has acknowledged after `withdrawal_hours` is overdue.
    `sealer` and `webhook_keys` read their files when they are called for the first time. Deliveries go to public
    addresses and to `networks`.
    """

    authenticating: Authenticating
    access: Access
    reading: Reading
    submitting: Submitting
    deleting: Deleting
    catalogue: Catalogue
    waiting: Waiting
    sealer: Callable[[], Sealer]
    webhook_keys: Callable[[], tuple[str, ...]]
    networks: Networks
    cursor_key: bytes
    pool: Pool
    clock: Callable[[], datetime]
    token_days: int
    metrics_loopback: bool = False
    withdrawal_hours: int = 72
