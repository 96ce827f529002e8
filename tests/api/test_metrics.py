"""Metrics: for operators and auditors, in Prometheus' text format, and silent of what is in the hub."""

import re
from dataclasses import replace

import pytest

from hub.domain.clock import tick_of
from hub.domain.directory import Role
from hub.domain.handling import Tlp
from hub.runtime import wiring
from hub.runtime.web.building import build_web
from tests.api.region import Caller, Region
from tests.support.stix import indicator
from tests.taxii.caller import Answer, basic
from tests.taxii.caller import Caller as TaxiiCaller

LINE = re.compile(r'# (HELP|TYPE) hub_[a-z_]+ .+|hub_[a-z_]+(\{[a-z]+="[0-9a-z-]+"(,[a-z]+="[a-z]+")?\})? [0-9.e+-]+')


def scrape(region: Region, caller: Caller | None, **more: str) -> Answer:
    headers = {} if caller is None else {"Authorization": basic(caller.username, caller.token)}
    answer = region.application.test_client().get(
        "/metrics", headers=headers | more, environ_base={"REMOTE_ADDR": "127.0.0.1"}
    )
    return Answer(status_code=answer.status_code, headers=answer.headers, data=answer.data)


@pytest.mark.parametrize("name", ["olga", "aldo"])
def test_operators_and_auditors_read_them(region: Region, name: str, request: pytest.FixtureRequest) -> None:
    answer = scrape(region, request.getfixturevalue(name))
    assert answer.status_code == 200
    lines = answer.data.decode().splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert any(line.startswith("hub_policy_epoch ") for line in lines)


def test_readers_are_refused_and_strangers_do_not_learn_of_them(region: Region, ana: Caller, ada: Caller) -> None:
    assert [scrape(region, caller).status_code for caller in (ana, ada, None)] == [403, 403, 401]
    client = region.application.test_client()
    assert {client.get(path).status_code for path in ("/metrics/", "/metricsx", "/metrics/a", "/nothing")} == {401}


def test_requests_are_counted_by_how_they_were_answered(region: Region, olga: Caller, ana: Caller) -> None:
    def counts() -> dict[str, float]:
        found = re.findall(r'hub_http_requests_total\{status="(\dxx)"\} (\d+)', scrape(region, olga).data.decode())
        return {status: float(count) for status, count in found}

    before = counts()
    for _ in range(3):
        scrape(region, ana)
    after = counts()
    assert after["4xx"] - before.get("4xx", 0) == 3
    assert after["2xx"] > before.get("2xx", 0)


def test_a_subscription_is_told_by_its_number(region: Region, olga: Caller, ana: Caller) -> None:
    made = ana.post("/subscriptions", {"channel": "webhook", "url": "https://soc.example/hook"})
    number = made.json["subscription"]["id"]
    lines = scrape(region, olga).data.decode().splitlines()
    (lag,) = (line for line in lines if line.startswith(f'hub_subscription_lag_seconds{{subscription="{number}"'))
    assert lag.endswith(" 0.0")
    told = {line.partition("{")[0] for line in lines if f'{{subscription="{number}"}}' in line}
    assert {"hub_subscription_lag_seconds", "hub_subscription_lag_objects", "hub_subscription_retries_total"} <= told
    assert 'hub_subscriptions{channel="webhook",state="active"} 1' in lines
    assert "soc.example" not in "".join(lines)


def test_the_lag_is_the_time_that_the_first_row_has_waited(region: Region, olga: Caller, ana: Caller) -> None:
    made = ana.post("/subscriptions", {"channel": "webhook", "url": "https://soc.example/hook", "start": "beginning"})
    number = made.json["subscription"]["id"]
    publisher = TaxiiCaller(application=region.application, username=ana.username, token=ana.token)
    publisher.added("au", indicator(tlp=Tlp.GREEN))
    with wiring.opened(region.urls) as pool, pool.statement() as database:
        ((first,),) = database.execute("SELECT min(tick) FROM log").fetchall()
    least = (tick_of(wiring.now()) - first) / 1_000_000
    text = scrape(region, olga).data.decode()
    (lag,) = re.findall(rf'hub_subscription_lag_seconds{{subscription="{number}"}} ([0-9.]+)', text)
    assert least <= float(lag) <= (tick_of(wiring.now()) - first) / 1_000_000
    (waiting,) = re.findall(rf'hub_subscription_lag_objects{{subscription="{number}"}} ([0-9.]+)', text)
    assert float(waiting) >= 1


def test_no_label_holds_a_name(region: Region, olga: Caller, ana: Caller) -> None:
    producer = region.account("nz-cert/producer", Role.PRODUCER)
    text = scrape(region, olga).data.decode()
    names = (ana.username, producer.username, "au-cert", "nz-cert", "AU", "NZ")
    assert [name for name in names if name in text] == []


def test_who_comes_through_a_proxy_does_not_come_from_here(region: Region) -> None:
    settings = replace(region.settings, metrics_loopback=True)
    open_to_us = replace(region, application=build_web(settings, region.urls))
    assert scrape(open_to_us, None).status_code == 200
    assert scrape(open_to_us, None, **{"X-Forwarded-For": "203.0.113.9"}).status_code == 401
