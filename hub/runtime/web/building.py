"""The application of a web process, over pools of its own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from flask import Flask

from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.keys.sealing import sealer_of
from hub.runtime.keys.signing import public_keys_of
from hub.runtime.settings import Settings
from hub.runtime.wiring import build, now
from hub.services.access import Access
from hub.services.delete import Deleting
from hub.services.delivery.narrowing import Narrowing
from hub.services.directory.authenticate import Authenticating
from hub.services.explaining.noting import Noting
from hub.services.full_pages import FullPages
from hub.services.read import Reading
from hub.services.submit import Submitting
from hub.services.subscriptions.waiting import Waiting
from hub.store.database import Pool
from hub.store.log.head import cursor_key
from hub.store.replicas import Replicas
from hub.web.application import create_application
from hub.web.services import Services
from hub.web.settings import TaxiiSettings

_REPLICA_PATIENCE: Final = 0.2
"""Seconds."""

_MOST_CONNECTIONS: Final = 8
"""Of a web process, for readers' questions and again for all else: of its requests few ask at the same instant."""


def build_web(settings: Settings, urls: ServerUrls, *, clock: Callable[[], datetime] = now) -> Flask:
    """Make the application; its pools stay open for the life of the process."""
    connections = min(settings.web_threads, _MOST_CONNECTIONS)
    pool = Pool(urls.database, size=connections + 1)
    reads = Pool.reading(urls.database, size=connections, at_most=timedelta(seconds=settings.read_seconds))
    pool.open()
    reads.open()
    parts = build(settings, urls, pool, reads=reads, clock=clock)
    with pool.statement() as database:
        key = cursor_key(database)
    services = Services(
        authenticating=Authenticating(pool, clock),
        access=Access(),
        reading=Reading(
            parts.clearances,
            parts.numbers,
            Noting(pool, clock),
            replicas=_replicas(settings),
            full_pages=FullPages(settings.full_pages_mib * 2**20),
        ),
        submitting=Submitting(pool, parts.publishing, parts.point, parts.limits, clock, parts.tell),
        deleting=Deleting(pool, parts.clearances, parts.numbers, clock, parts.tell),
        catalogue=parts.catalogue,
        waiting=Waiting(parts.clearances, Narrowing(), parts.numbers),
        sealer=sealer_of(settings, pool),
        webhook_keys=public_keys_of(settings),
        networks=settings.networks,
        cursor_key=key,
        pool=pool,
        clock=clock,
        token_days=settings.token_days,
        metrics_loopback=settings.metrics_loopback,
        withdrawal_hours=settings.withdrawal_hours,
    )
    return create_application(services, _taxii(settings))


def _replicas(settings: Settings) -> Replicas:
    """Connect to the replicas meanwhile: a hub starts without them, and a page does not wait for one."""
    bound = timedelta(seconds=settings.read_seconds)
    pools = [
        Pool.reading(url, size=min(settings.web_threads, _MOST_CONNECTIONS), at_most=bound, patience=_REPLICA_PATIENCE)
        for url in settings.replica_urls.split()
    ]
    for pool in pools:
        pool.open_later()
    return Replicas(pools)


def _taxii(settings: Settings) -> TaxiiSettings:
    return TaxiiSettings(
        title=settings.title,
        api_root=settings.api_root,
        description=settings.description,
        contact=settings.contact,
        page_default=settings.page_default,
        page_max=settings.page_max,
        max_content_length=settings.caps.body_bytes,
    )
