"""What operators are told about who has been given an object over TAXII."""

from hub.domain.directory import Role
from hub.domain.handling import Tlp
from tests.api.region import Caller, Region
from tests.support.stix import indicator
from tests.taxii.caller import Caller as TaxiiCaller
from tests.taxii.caller import objects


def test_who_asked_for_the_headers_alone_was_given_nothing(region: Region, olga: Caller) -> None:
    maker, reader = (
        TaxiiCaller(application=region.application, username=each.username, token=each.token)
        for each in (region.account("au-cert/maker", Role.PRODUCER), region.account("nz-cert/reader", Role.ANALYST))
    )
    published = indicator(tlp=Tlp.CLEAR)
    maker.added("au", published)

    def readers() -> list[str]:
        found = olga.get("/readings", {"object": published["id"]}).json["items"]
        return [receipt["account"] for item in found for receipt in item["receipts"]]

    asked = reader.call("HEAD", objects("au"))
    assert (asked.status_code, asked.data, readers()) == (200, b"", [])
    assert "X-TAXII-Date-Added-Last" in asked.headers
    reader.get(objects("au"))
    assert readers() == ["nz-cert/reader"]
