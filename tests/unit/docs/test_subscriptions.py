"""What the page on subscriptions tells receivers to run takes the hub's deliveries, and no others."""

import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from hub.outbound.webhooks.signature import Secret, Signers, signed_headers

PAGE: Final = (Path(__file__).resolve().parents[3] / "docs" / "subscriptions.md").read_text()
BODY: Final = '{"objects":[{"type":"note","content":"naïve"}]}'.encode()
NAME: Final = "2f0c0c5e-5f6b-5a2e-9f55-2b1f7a1c9d11"
OLD, NEW, OTHER = (Secret(bytes([number]) * 32) for number in range(3))


def code(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def is_genuine() -> Any:
    names: dict[str, Any] = {}
    exec(code("python"), names)  # noqa: S102 - the page's own code
    return names["is_genuine"]


def headers(*, ago: timedelta = timedelta()) -> dict[str, str]:
    return signed_headers(Signers(secrets=(NEW, OLD)), name=NAME, body=BODY, at=datetime.now(UTC) - ago)


def test_the_python_takes_a_delivery_by_either_secret(is_genuine: Any) -> None:
    assert is_genuine(headers(), BODY, NEW.text)
    assert is_genuine(headers(), BODY, OLD.text)


def test_the_python_refuses_what_is_forged_or_stale(is_genuine: Any) -> None:
    assert not is_genuine(headers(), BODY, OTHER.text)
    assert not is_genuine(headers(), BODY + b" ", NEW.text)
    assert not is_genuine(headers() | {"webhook-id": "another"}, BODY, NEW.text)
    assert not is_genuine(headers(ago=timedelta(minutes=6)), BODY, NEW.text)
    assert not is_genuine(headers() | {"webhook-timestamp": "soon"}, BODY, NEW.text)


def test_openssl_prints_the_signature(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_bytes(BODY)
    signed = headers()
    variables = {"SECRET": NEW.text, "ID": NAME, "TIMESTAMP": signed["webhook-timestamp"], "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["/bin/sh", "-ec", code("sh")], cwd=tmp_path, env=variables, capture_output=True, text=True, check=True
    )
    assert f"v1,{done.stdout}" == signed["webhook-signature"].split(" ")[0]
