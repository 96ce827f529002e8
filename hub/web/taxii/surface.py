"""The TAXII surface of the application: medallion's blueprints, unmodified, with the hub around and behind them."""

import logging
from typing import Final

import medallion
from flask import Flask
from medallion.views.collections import collections_bp
from medallion.views.discovery import discovery_bp
from medallion.views.manifest import manifest_bp
from medallion.views.objects import objects_bp

from hub.domain.directory import Principal
from hub.web.credentials import current_principal
from hub.web.services import Services
from hub.web.settings import TaxiiSettings
from hub.web.taxii.backend import TaxiiBackend
from hub.web.taxii.gate import Gate

BLUEPRINTS: Final = {
    f"taxii_{blueprint.name}": blueprint for blueprint in (discovery_bp, collections_bp, manifest_bp, objects_bp)
}
"""By the name under which each is registered."""

PAGED: Final = frozenset(name for name, blueprint in BLUEPRINTS.items() if blueprint in {manifest_bp, objects_bp})
"""Of these, the ones whose answers come of pages and pushes."""


def attach_taxii(
    application: Flask, services: Services, settings: TaxiiSettings, *, elsewhere: tuple[str, ...] = ()
) -> None:
    """Put discovery, the API root and everything under it on the application.

    Paths that lead nowhere are TAXII's too, apart from those below `elsewhere`.
    """
    _tame_medallion()
    application.medallion_backend = TaxiiBackend(services, settings)  # type: ignore[attr-defined]
    application.taxii_config = {"max_page_size": settings.page_max}  # type: ignore[attr-defined]
    gate = Gate(services.authenticating, settings.max_content_length, frozenset(BLUEPRINTS), PAGED, elsewhere)
    application.before_request(gate.admit)
    application.after_request(gate.confirm)
    for name, blueprint in BLUEPRINTS.items():
        application.register_blueprint(blueprint, name=name)


def _tame_medallion() -> None:
    """Let its module-wide `auth` return whom the gate has let in, and take away the log handler it adds.

    Both callbacks look at the current request alone, so they serve every application of the process.
    """
    logging.getLogger("medallion").removeHandler(medallion.ch)
    medallion.auth.get_password(_no_stored_password)
    medallion.auth.verify_password(_established)


def _no_stored_password(_username: str) -> None:
    """Know no password: medallion asks for one before it asks whether the credentials are good."""


def _established(_username: str, _password: str) -> Principal:
    return current_principal()
