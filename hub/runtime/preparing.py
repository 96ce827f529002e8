"""What is done once before a hub of this release runs on a database."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from hub.domain.directory import Act
from hub.domain.identifiers import AgreementId
from hub.runtime.agreements import documents_of
from hub.runtime.catalogue import catalogue_of
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.settings import Settings
from hub.runtime.toml_directory import read_toml_directory
from hub.runtime.wiring import now, opened
from hub.services.agreements.seeding import seed_agreements
from hub.store.directory import seed_directory
from hub.store.directory.seeding import ACTOR
from hub.store.log.numbers import number_collections
from hub.store.migrate import Migrated, migrate

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What a database was brought to, how much of each kind the files name, and which agreements it has otherwise."""

    schema: Migrated
    files: Mapping[str, int]
    passed_over: tuple[AgreementId, ...]


def prepare(settings: Settings, urls: ServerUrls) -> Prepared:
    """Bring the database to this release and take over what the files say. Safe to repeat, and for several at once."""
    collection_files = read_toml_directory(settings.collections)
    agreement_files = read_toml_directory(settings.agreements)
    catalogue = catalogue_of(collection_files, source=str(settings.collections))
    agreements = documents_of(agreement_files)
    for file in (*collection_files, *agreement_files):
        _log.info("file.loaded", path=str(file.path), sha256=file.digest)
    schema = migrate(urls.database)
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
    files = {
        "collections": len(catalogue.collections),
        "members": len(catalogue.members),
        "organisations": len(catalogue.organisations),
        "agreements": len(agreements),
    }
    _log.info("hub.prepared", **files)
    return Prepared(schema=schema, files=files, passed_over=others)
