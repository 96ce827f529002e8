"""Put a deliverer together."""

import os
import random
import socket
import sys
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Final

from hub.bus.connections import connect
from hub.bus.due import Due
from hub.bus.heads import Listener
from hub.domain.subscriptions.subscription import Channel
from hub.outbound.webhooks.backoff import Backoff
from hub.outbound.webhooks.sender import Sender, tls_context
from hub.outbound.wire.connections import Limits
from hub.outbound.wire.dialling import Dialler
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.keys.sealing import sealer_of
from hub.runtime.keys.signing import signing_keys_of
from hub.runtime.settings import Settings
from hub.runtime.wiring import Parts, build, now, opened
from hub.services.delivery.channels.outcomes import Sends
from hub.services.delivery.channels.taxii import TaxiiPushes
from hub.services.delivery.channels.webhooks import Webhooks
from hub.services.delivery.deliverer import Deliverer
from hub.services.delivery.dispatcher import Dispatcher
from hub.services.delivery.engine import deliver
from hub.services.delivery.narrowing import Narrowing
from hub.services.delivery.outbox import Outbox
from hub.services.delivery.working.freshness import Freshness
from hub.services.delivery.working.settling import Persistence, Settling
from hub.services.explaining.noting import Noting
from hub.services.trials.working import Trying
from hub.services.withdrawal.expanding import Expanding
from hub.services.withdrawal.notifying import Notifying
from hub.services.withdrawal.working import Withdrawing
from hub.store.database import Pool
from hub.store.log.head import cursor_key

_CONNECTIONS: Final = 12
_SWITCH_SECONDS: Final = 0.001
"""How long a thread may keep others waiting that have just got an answer: five times that by default, and what has just
been committed goes through a dozen of such waits."""

_FAR_SHARE: Final = 4
"""The part of the threads that send to those which have much before them."""

_PUSHING: Final = Limits(total=60.0, silence=30.0, body=20.0, body_bytes=4 * 1024 * 1024)
"""A server that answers with what became of each object takes longer, and says more, than a webhook."""


def run_deliver(settings: Settings, urls: ServerUrls, stop: Event) -> None:
    """Deliver until `stop` is set."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    with opened(urls, size=_CONNECTIONS) as pool:
        parts = build(settings, urls, pool)
        redis = connect(urls.redis)
        due = Due(redis)
        narrowing = Narrowing()
        with pool.statement() as database:
            naming = cursor_key(database)
        channels = channels_of(settings, pool, naming)
        deliverer = make_deliverer(settings, parts, narrowing, due, channels)
        dispatcher = Dispatcher(
            pool,
            clearances=parts.clearances,
            narrowing=narrowing,
            listener=Listener(redis),
            due=due,
            deliverer=deliverer,
            clock=now,
        )
        withdrawing = Withdrawing(pool, Expanding(pool, parts.clearances, now), deliverer.tell)
        trying = Trying(pool, channels, now)
        deliver(
            dispatcher,
            deliverer,
            due,
            beside=(withdrawing.run, trying.run),
            consumer=f"{socket.gethostname()}-{os.getpid()}",
            stop=stop,
        )


def make_deliverer(
    settings: Settings, parts: Parts, narrowing: Narrowing, due: Due, channels: Mapping[Channel, Sends]
) -> Deliverer:
    """Make the deliverer of a process."""
    persistence = Persistence(
        backoff=Backoff(first=settings.retry_first_seconds, longest=settings.retry_longest_seconds),
        failing_after=timedelta(minutes=settings.failing_after_minutes),
    )
    make = partial(
        Deliverer,
        parts.pool,
        outbox=Outbox(parts.clearances, narrowing, parts.numbers, Noting(parts.pool, now), now),
        settling=Settling(parts.pool, persistence, now, random.random),
        freshness=Freshness(parts.pool),
        channels=channels,
        due=due,
        notifying=Notifying(parts.pool, parts.clearances, now),
        clock=now,
    )
    threads = settings.deliver_threads
    return make(threads=threads, far=make(threads=max(1, threads // _FAR_SHARE)))


def channels_of(settings: Settings, pool: Pool, naming: bytes) -> dict[Channel, Webhooks | TaxiiPushes]:
    """Make the channels that content is sent over; `naming` is the hub's secret for the ids of deliveries."""
    authorities = Path(settings.delivery_authorities) if settings.delivery_authorities else None
    tls = tls_context(authorities)
    sealer = sealer_of(settings, pool)
    sender = Sender(networks=settings.networks, tls=tls)
    dialler = Dialler(networks=settings.networks, tls=tls, limits=_PUSHING)
    return {
        Channel.WEBHOOK: Webhooks(sender, sealer, now, naming=naming, keys=signing_keys_of(settings)),
        Channel.TAXII: TaxiiPushes(dialler, sealer, now),
    }
