"""What the page on subscriptions tells receivers to run takes the hub's deliveries, and no others."""

import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.outbound.webhooks.signature import Secret, Signers, public_text, signed_headers

PAGE: Final = (Path(__file__).resolve().parents[3] / "docs" / "subscriptions.md").read_text()
BODY: Final = '{"objects":[{"type":"note","content":"naïve"}]}'.encode()
NAME: Final = "2f0c0c5e-5f6b-5a2e-9f55-2b1f7a1c9d11"
OLD, NEW, OTHER = (Secret(bytes([number]) * 32) for number in range(3))
KEYS: Final = tuple(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in range(2))


def code(language: str, holding: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    (wanted,) = (text for text in found if holding in text)
    return str(wanted)


def function(name: str) -> Any:
    names: dict[str, Any] = {}
    exec(code("python", f"def {name}("), names)  # noqa: S102 - the page's own code
    return names[name]


def sh(text: str, folder: Path, **variables: str) -> str:
    (folder / "body.json").write_bytes(BODY)
    environment = {"PATH": os.environ["PATH"], "ID": NAME, **variables}
    command = ["/bin/sh", "-ec", text]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def is_genuine() -> Any:
    return function("is_genuine")


def headers(*, ago: timedelta = timedelta()) -> dict[str, str]:
    return signed_headers(Signers(secrets=(NEW, OLD), keys=KEYS), name=NAME, body=BODY, at=datetime.now(UTC) - ago)


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
    signed = headers()
    printed = sh(code("sh", "-mac HMAC"), tmp_path, SECRET=NEW.text, TIMESTAMP=signed["webhook-timestamp"])
    assert f"v1,{printed}" == signed["webhook-signature"].split(" ")[0]


def test_the_python_takes_what_the_hub_has_signed_and_nothing_else() -> None:
    is_the_hubs = function("is_the_hubs")
    signed = headers()
    assert all(is_the_hubs(signed, BODY, public_text(key.public_key())) for key in KEYS)
    assert not is_the_hubs(signed, BODY, public_text(Ed25519PrivateKey.generate().public_key()))
    assert not is_the_hubs(signed, BODY + b" ", public_text(KEYS[0].public_key()))
    assert not is_the_hubs(signed | {"webhook-signature": "v1,AAAA"}, BODY, public_text(KEYS[0].public_key()))


def test_openssl_verifies_what_the_hub_has_signed(tmp_path: Path) -> None:
    signed = headers()
    variables = {
        "KEY": public_text(KEYS[0].public_key()),
        "TIMESTAMP": signed["webhook-timestamp"],
        "SIGNATURE": signed["webhook-signature"].split(" ")[2].removeprefix("v1a,"),
    }
    assert "Signature Verified Successfully" in sh(code("sh", "-verify"), tmp_path, **variables)
    forged = variables | {"TIMESTAMP": "1"}
    with pytest.raises(subprocess.CalledProcessError):
        sh(code("sh", "-verify"), tmp_path, **forged)
