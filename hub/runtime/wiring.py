"""Put the parts together: the only place that knows which part stands on which."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Final

import structlog
from flask import Flask

from hub.bus.connections import connect
from hub.bus.heads import Announcer
from hub.bus.queue import Queue, submissions
from hub.domain.catalogue import Catalogue
from hub.domain.directory import Act
from hub.domain.identifiers import CollectionId, SubmissionId
from hub.runtime.agreements import documents_of
from hub.runtime.catalogue import catalogue_of, load_catalogue
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.keys.sealing import sealer_of
from hub.runtime.keys.signing import public_keys_of
from hub.runtime.settings import Settings
from hub.runtime.toml_directory import read_toml_directory
from hub.runtime.workers.collecting import collect_seldom
from hub.services.access import Access
from hub.services.agreements.seeding import seed_agreements
from hub.services.clearances import Clearances
from hub.services.delete import Deleting
from hub.services.delivery.announcing import Announcing, Tell
from hub.services.delivery.narrowing import Narrowing
from hub.services.directory.authenticate import Authenticating
from hub.services.explaining.noting import Noting
from hub.services.full_pages import FullPages
from hub.services.ingest import Ingest
from hub.services.publishing.publish import Publishing
from hub.services.read import Reading
from hub.services.submit import Limits, Submitting
from hub.services.subscriptions.waiting import Waiting
from hub.store.database import Pool
from hub.store.directory import seed_directory
from hub.store.directory.seeding import ACTOR
from hub.store.log.head import cursor_key
from hub.store.log.numbers import number_collections
from hub.store.migrate import migrate
from hub.store.replicas import Replicas
from hub.web.application import create_application
from hub.web.services import Services
from hub.web.settings import TaxiiSettings

_REPLICA_PATIENCE: Final = 0.2
"""Seconds."""

_MOST_CONNECTIONS: Final = 8
"""Of a web process, for readers' questions and again for all else: of its requests few ask at the same instant."""

_log = structlog.get_logger()


def now() -> datetime:
    """Return this moment. The one clock that is handed to everything which needs one."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What web and workers have in common, over an open pool."""

    pool: Pool
    catalogue: Catalogue
    numbers: dict[CollectionId, int]
    clearances: Clearances
    publishing: Publishing
    queue: Queue[SubmissionId]
    tell: Tell
    limits: Limits


def prepare(settings: Settings, urls: ServerUrls) -> None:
    """Bring the database to this release and take over what the files say. Safe to repeat, and for several at once."""
    collection_files = read_toml_directory(settings.collections)
    agreement_files = read_toml_directory(settings.agreements)
    catalogue = catalogue_of(collection_files, source=str(settings.collections))
    agreements = documents_of(agreement_files)
    for file in (*collection_files, *agreement_files):
        _log.info("file.loaded", path=str(file.path), sha256=file.digest)
    migrate(urls.database)
    with opened(urls) as pool, pool.transaction() as database:
        seed_directory(database, catalogue)
        number_collections(database, (collection.id for collection in catalogue))
        others = seed_agreements(database, agreements, act=Act(actor=ACTOR, at=now()))
    if others:
        _log.warning(
            "agreements.files-passed-over",
            agreements=others,
            advice="the hub keeps its agreements in the database; give it a new version with hub agreement draft FILE",
        )
    _log.info("hub.prepared", collections=len(catalogue.collections), agreements=len(agreements))


@contextmanager
def opened(urls: ServerUrls, *, size: int = 4) -> Iterator[Pool]:
    """Hold an open pool of at most `size` connections."""
    pool = Pool(urls.database, size=size)
    pool.open()
    try:
        yield pool
    finally:
        pool.close()


def build(settings: Settings, urls: ServerUrls, pool: Pool, *, reads: Pool | None = None) -> Parts:
    """Make the common parts; the database has been prepared. Readers' questions are put through `reads`."""
    catalogue = load_catalogue(settings.collections)
    with pool.transaction() as database:
        numbers = number_collections(database, (collection.id for collection in catalogue))
    clearances = Clearances(pool, now, reads=reads)
    redis = connect(urls.redis)
    return Parts(
        pool=pool,
        catalogue=catalogue,
        numbers=numbers,
        clearances=clearances,
        publishing=Publishing(clearances, numbers),
        queue=submissions(redis),
        tell=Announcing(Announcer(redis)),
        limits=Limits(
            caps=settings.caps,
            pending_above=settings.pending_above,
            status_kept=timedelta(hours=settings.status_hours),
        ),
    )


def application(settings: Settings, urls: ServerUrls) -> Flask:
    """Build the WSGI application; its pools stay open for the life of the process."""
    connections = min(settings.web_threads, _MOST_CONNECTIONS)
    pool = Pool(urls.database, size=connections + 1)
    reads = Pool.reading(urls.database, size=connections, at_most=timedelta(seconds=settings.read_seconds))
    pool.open()
    reads.open()
    parts = build(settings, urls, pool, reads=reads)
    with pool.statement() as database:
        key = cursor_key(database)
    services = Services(
        authenticating=Authenticating(pool, now),
        access=Access(),
        reading=Reading(
            parts.clearances,
            parts.numbers,
            Noting(pool, now),
            replicas=_replicas(settings),
            full_pages=FullPages(settings.full_pages_mib * 2**20),
        ),
        submitting=Submitting(pool, parts.publishing, parts.queue, parts.limits, now, parts.tell),
        deleting=Deleting(pool, parts.clearances, parts.numbers, now, parts.tell),
        catalogue=parts.catalogue,
        waiting=Waiting(parts.clearances, Narrowing(), parts.numbers),
        sealer=sealer_of(settings),
        webhook_keys=public_keys_of(settings),
        networks=settings.networks,
        cursor_key=key,
        pool=pool,
        clock=now,
        token_days=settings.token_days,
        metrics_loopback=settings.metrics_loopback,
        withdrawal_hours=settings.withdrawal_hours,
    )
    return create_application(services, _taxii(settings))


def run_ingest(settings: Settings, urls: ServerUrls, stop: Event) -> None:
    """Work as an ingest worker until `stop` is set."""
    with opened(urls) as pool:
        parts = build(settings, urls, pool)
        worker = Ingest(
            pool,
            parts.publishing,
            parts.catalogue,
            parts.queue,
            limits=parts.limits,
            part_objects=settings.ingest_chunk,
            clock=now,
            tell=parts.tell,
        )
        collect_seldom()
        worker.run(f"{socket.gethostname()}-{os.getpid()}", stop)


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
