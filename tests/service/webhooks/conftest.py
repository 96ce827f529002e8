"""A sender that may reach the loopback, and knows two hosts there."""

from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from hub.outbound.webhooks.sender import Sender, tls_context
from hub.outbound.wire.addresses import networks_of
from tests.service.webhooks.authority import Authority

LOOPBACK = networks_of(["127.0.0.0/8", "::1/128"])

MakeSender = Callable[..., Sender]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def make_sender(authority: Authority) -> Iterator[MakeSender]:
    made: list[Sender] = []

    def make(**options: Any) -> Sender:
        plain: dict[str, Any] = {
            "networks": LOOPBACK,
            "tls": tls_context(authority.file),
            "resolver": lambda _host, _seconds: [ip_address("127.0.0.1")],
        }
        made.append(Sender(**(plain | options)))
        return made[-1]

    yield make
    for sender in made:
        sender.close()


@pytest.fixture
def sender(make_sender: MakeSender) -> Sender:
    return make_sender()
