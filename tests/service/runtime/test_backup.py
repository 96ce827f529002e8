"""What the operators' page tells to run backs a running hub up, and brings all of it back in another directory."""

import re
import subprocess
import sys
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Final

import psycopg
from requests import Response

from hub.domain.handling import Tlp
from hub.runtime.keys.sealing import read_keys
from hub.runtime.wiring import opened
from hub.services.sealing import Sealer
from hub.store.migrate import require_migrated
from tests.service.delivery.subscribing import LOOPBACK, Subscriber, subscriber
from tests.service.webhooks.receivers import OK, says
from tests.support.servers import TestServers
from tests.support.serving import FIRST, LAST, ROOT, Caller, serving
from tests.support.stix import indicator
from tests.support.waiting import await_that

PAGE: Final = (ROOT / "docs" / "operating.md").read_text()
SECTION: Final = PAGE.partition("\n## Backup, restore, upgrade\n")[2].partition("\n## ")[0]
BLOCKS: Final = re.findall(r"```sh\n(.*?)```", SECTION, flags=re.DOTALL)
FULL: Final = b"HTTP/1.1 507 Full\r\nContent-Length: 0\r\n\r\n"
OBJECTS: Final = "collections/all/objects/"
SOON: Final = 0.2


def block(beginning: str) -> str:
    """Return the one block of the page that has a line with this beginning."""
    (found,) = (each for each in BLOCKS if beginning in f"\n{each}")
    return str(found)


BACKUP: Final = block("\nscripts/hub backup ")
RESTORE: Final = block("\nscripts/hub restore ")


def run(script: str, *, at: Path, variables: dict[str, str] | None = None) -> None:
    """Run what the page says, in directories of the test in place of the page's, and with nobody to ask."""
    for written, meant in {
        "/srv/": f"{at}/",
        "/backup/": f"{at}/backup/",
        "hub restore": "hub restore --yes",
        "scripts/hub": f"{sys.executable} -m hub",
    }.items():
        script = script.replace(written, meant)
    environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "PYTHONSAFEPATH": "1"} | (variables or {})
    done = subprocess.run(
        ["/bin/sh", "-euc", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def names(arrived: Subscriber) -> list[str]:
    """Return the ids of all deliveries, each of which is signed as the subscriber was told."""
    return [each.headers["webhook-id"] for each in arrived.deliveries]


def ids(page: Response) -> list[str]:
    """Return the ids of the objects of a page."""
    return [thing["id"] for thing in page.json().get("objects", [])]


def seen(reader: Caller) -> list[tuple[list[str], str, str]]:
    """Return what a reader finds, page by page, and when the first and the last object of each was added."""
    return [(ids(page), page.headers[FIRST], page.headers[LAST]) for page in reader.walk(OBJECTS, {"limit": "2"})]


def test_a_hub_comes_back_in_another_directory_as_it_was_when_it_was_backed_up(tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    kept, lost = [indicator(tlp=Tlp.GREEN) for _ in range(5)], indicator(tlp=Tlp.GREEN)
    with ExitStack() as stack:
        with serving(
            tmp_path / "hub", delivery_networks=LOOPBACK, retry_first_seconds=SOON, retry_longest_seconds=SOON
        ) as hub:
            feed = hub.account("au-cert/feed")
            sealer = Sealer(read_keys(hub.directory / "sealing.key"))
            with opened(hub.urls) as pool:
                one = stack.enter_context(subscriber(pool, sealer, "au-cert/feed", act=says(FULL)))
            feed.accept("au", *kept)
            pages, first = seen(feed), feed.get(OBJECTS, {"limit": "2"})
            signers = feed.call_api("GET", "webhook-keys").json()
            await_that(lambda: bool(one.deliveries), "an attempt that is in vain")

            run(BACKUP, at=tmp_path)

            one.receiver.act = says(OK)
            feed.accept("au", lost)
            late = hub.account("au-cert/late")
            await_that(lambda: lost["id"] in one.ids, "what was pushed after the backup")
            end = feed.get(OBJECTS).headers[LAST]
        before = names(one)

        run(RESTORE, at=tmp_path)

        with serving(tmp_path / "new", port=hub.port, delivery_networks=LOOPBACK):
            assert seen(feed) == pages
            rest = feed.get(OBJECTS, {"next": first.json()["next"]})
            assert ids(first) + ids(rest) == [thing["id"] for thing in kept]
            assert late.get("/appf/").status_code == HTTPStatus.UNAUTHORIZED
            assert feed.call_api("GET", "webhook-keys").json() == signers
            await_that(lambda: len(one.deliveries) > len(before), "what was not taken yet at the backup")
            assert names(one)[len(before)] in before
            feed.accept("au", *kept, lost)
            await_that(lambda: lost["id"] in one.deliveries[-1].body.decode(), "what was lost")
            assert ids(feed.get(OBJECTS, {"added_after": end})) == [lost["id"]]


def test_a_database_of_a_server_of_ones_own_comes_back_in_an_empty_one(servers: TestServers, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    former, new = servers.fresh_database(), servers.empty_database()
    run(BACKUP, at=tmp_path, variables={"HUB_DATABASE_URL": former})
    run(RESTORE, at=tmp_path, variables={"HUB_DATABASE_URL": new})
    secrets = []
    for url in (former, new):
        with psycopg.connect(url) as database:
            secrets.append(database.execute("SELECT secret, genesis FROM log_head").fetchall())
    assert secrets[0] == secrets[1] != []
    require_migrated(new)
