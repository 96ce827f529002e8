"""Audiences of any size that validation lets through."""

from hub.domain.handling import Tlp
from hub.domain.identifiers import StixId
from hub.stix.audience import audience_marking
from tests.service.log.conftest import Cast
from tests.support.hub import TestHub
from tests.support.stix import TLP_MARKINGS, fresh_id, indicator, version_at


def test_SR_04_an_audience_may_name_many(hub: TestHub, cast: Cast) -> None:
    others = [f"nz-cert/{number * 2654435761 % 2**32:08x}" for number in range(2_000)]
    name = StixId(fresh_id("marking-definition"))
    marking = audience_marking(name, created=version_at(0), accounts=[cast.jp.account.id, *others])
    marked = indicator(name, tlp=Tlp.GREEN)
    hub.accept(cast.au, "au", marking | {"object_marking_refs": [TLP_MARKINGS[Tlp.GREEN]]}, marked)
    ids = frozenset({marked["id"]})
    assert len(hub.read(cast.jp, ids=ids)) == 1
    assert hub.read(cast.nz, ids=ids) == []
