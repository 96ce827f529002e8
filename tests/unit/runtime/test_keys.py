"""The files of keys: made once, whoever comes first, closed to others, and never written to again."""

import stat
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from hub.domain.errors import ConfigurationError
from hub.runtime.keys.sealing import read_keys
from hub.runtime.keys.signing import public_keys_of, signing_keys_of
from hub.runtime.settings import load_settings
from hub.services.sealing import Sealer

OWNER = "subscription 1"


def test_the_file_is_made_at_first_use_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = load_settings(environ={}, options={"data": tmp_path / "var"}).sealing_key_file
    assert path == (tmp_path / "var" / "sealing.key").resolve()
    assert not path.exists()
    sealed = Sealer(read_keys(path)).seal(b"secret", owner=OWNER)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Sealer(read_keys(path)).unseal(sealed, owner=OWNER) == b"secret"
    assert [each.name for each in path.parent.iterdir()] == ["sealing.key"]


def test_of_several_that_come_first_all_have_the_same_key(tmp_path: Path) -> None:
    together = Barrier(8)

    def read(_: int) -> bytes:
        together.wait()
        (key,) = read_keys(tmp_path / "sealing.key")
        return key.id

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(read, range(8)))) == 1


def test_a_new_key_before_the_old_one_seals_and_both_open(tmp_path: Path) -> None:
    path = tmp_path / "sealing.key"
    sealed = Sealer(read_keys(path)).seal(b"old", owner=OWNER)
    path.write_bytes(b64encode(bytes(32)) + b"\n" + path.read_bytes())
    both = Sealer(read_keys(path))
    assert both.unseal(sealed, owner=OWNER) == b"old"
    assert both.is_current(both.seal(b"new", owner=OWNER))
    assert not both.is_current(sealed)


def test_a_file_that_everybody_may_open_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sealing.key"
    read_keys(path)
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="open to every user"):
        read_keys(path)


@pytest.mark.parametrize("content", [b"short", b"\xff\xfe", b64encode(bytes(31)), b"*" * 44])
def test_a_file_that_holds_something_else_is_refused_and_not_repeated(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sealing.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ConfigurationError) as refused:
        read_keys(path)
    assert str(path) in refused.value.sentence
    assert content.decode("latin-1") not in refused.value.sentence
    assert path.read_bytes() == content


def test_where_no_file_can_be_made_the_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="sealing_key_file"):
        read_keys(tmp_path / "file" / "sealing.key")


def test_the_key_for_webhooks_is_made_beside_the_sealing_key_and_is_another(tmp_path: Path) -> None:
    settings = load_settings(environ={}, options={"data": tmp_path / "var"})
    (key,) = signing_keys_of(settings)()
    assert settings.webhook_key_file == (tmp_path / "var" / "webhook.key").resolve()
    assert stat.S_IMODE(settings.webhook_key_file.stat().st_mode) == 0o600
    (again,) = signing_keys_of(settings)()
    assert again.private_bytes_raw() == key.private_bytes_raw()
    read_keys(settings.sealing_key_file)
    assert settings.sealing_key_file.read_bytes() != settings.webhook_key_file.read_bytes()


def test_every_key_for_webhooks_signs_and_is_told(tmp_path: Path) -> None:
    path = tmp_path / "own.key"
    path.write_bytes(b"".join(b64encode(bytes([number]) * 32) + b"\n" for number in range(2)))
    path.chmod(0o600)
    settings = load_settings(environ={"HUB_WEBHOOK_KEY_FILE": str(path)})
    assert len(signing_keys_of(settings)()) == 2
    assert len(set(public_keys_of(settings)())) == 2


def test_an_empty_file_of_keys_for_webhooks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "webhook.key").touch(mode=0o600)
    with pytest.raises(ConfigurationError, match=r"webhook_key_file: .* holds no key"):
        signing_keys_of(load_settings(environ={}, options={"data": tmp_path}))()
