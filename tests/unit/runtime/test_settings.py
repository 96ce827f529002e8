"""Settings are typed and total: what is unknown, malformed or out of range stops the start and is named."""

import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from hub.domain.errors import ConfigurationError
from hub.domain.submissions import Caps
from hub.runtime.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[3]
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(text: str) -> Path:
        path = tmp_path / "hub.toml"
        path.write_text(text)
        return path

    return write_file


def test_an_option_beats_the_environment_beats_the_file_beats_the_default(write: Write) -> None:
    file = write("port = 1000\npage_max = 2000\ntitle = 'from the file'\n")
    environ = {"HUB_PORT": "1001", "HUB_PAGE_MAX": "2001"}
    settings = load_settings(environ=environ, config=file, options={"port": 1002, "host": None})
    assert (settings.port, settings.page_max, settings.title) == (1002, 2001, "from the file")
    assert settings.host == Settings().host


def test_the_file_may_be_named_by_the_environment(write: Write) -> None:
    assert load_settings(environ={"HUB_CONFIG": str(write("port = 1000"))}).port == 1000


@pytest.mark.parametrize(("cores", "processes"), [(1, 1), (2, 2), (64, 4)])
def test_a_web_process_a_core_and_not_too_many(monkeypatch: pytest.MonkeyPatch, cores: int, processes: int) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(cores)))
    assert load_settings(environ={}).web_processes == processes
    assert load_settings(environ={"HUB_WEB_WORKERS": "7"}).web_processes == 7


def test_paths_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(environ={}).data == tmp_path.resolve() / "var"
    assert load_settings(environ={"HUB_DATA": "here"}).data == tmp_path.resolve() / "here"


def test_shipped_collections_are_the_working_directorys_else_the_checkouts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(environ={}).collections == ROOT / "collections"
    (tmp_path / "collections").mkdir()
    assert load_settings(environ={}).collections == tmp_path.resolve() / "collections"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("prot = 1", "there is no setting prot"),
        ("port = '8000'", "port: Expected `int`, got `str`"),
        ("port = 0", "port: Expected `int` >= 1"),
        ("port = 65536", "port: Expected `int` <= 65535"),
        ("page_max = 0", "page_max: Expected `int` >= 1"),
        ("api_root = 'a/b'", "api_root: Expected `str` matching regex"),
        ("log_level = 'loud'", "log_level: Invalid enum value 'loud'"),
        ("data = ''", "data: "),
        ("caps = 1", "caps: is a table, [caps]"),
        ("caps.dept = 1", "there is no setting dept"),
        ("caps.depth = 0", "depth: Expected `int` >= 1"),
        ("port = ", "is not TOML"),
    ],
)
def test_a_fault_in_the_file_names_file_and_key(write: Write, text: str, fault: str) -> None:
    file = write(text)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(environ={}, config=file)
    assert caught.value.sentence.startswith(f"{file}: ")
    assert fault in caught.value.sentence


def test_a_fault_in_the_environment_names_the_variable() -> None:
    with pytest.raises(ConfigurationError, match=r"^HUB_PORT: port: Expected `int`"):
        load_settings(environ={"HUB_PORT": "tcp://10.0.0.1:80"})


def test_the_token_of_the_clients_is_no_setting() -> None:
    assert load_settings(environ={"HUB_TOKEN": "secret", "HOME": "/home/hub"}) == load_settings(environ={})


def test_I_06_a_status_is_kept_for_at_least_24_hours() -> None:
    assert load_settings(environ={"HUB_STATUS_HOURS": "24"}).status_hours == 24
    with pytest.raises(ConfigurationError, match="status_hours: 23 is less than the 24 hours"):
        load_settings(environ={"HUB_STATUS_HOURS": "23"})


def test_the_default_page_fits_the_greatest() -> None:
    with pytest.raises(ConfigurationError, match="page_default: 50 is more than page_max, 49"):
        load_settings(environ={"HUB_PAGE_DEFAULT": "50", "HUB_PAGE_MAX": "49"})


def test_streams_have_a_port_of_their_own_where_there_are_any() -> None:
    with pytest.raises(ConfigurationError, match=r"^stream_port: 8001 is that of port, too"):
        load_settings(environ={"HUB_PORT": "8001"})
    with pytest.raises(ConfigurationError, match=r"^stream_port: 8000 is that of port, too"):
        load_settings(environ={}, options={"stream_port": 8000})
    assert load_settings(environ={"HUB_PORT": "8001", "HUB_STREAM_PROCESSES": "0"}).port == 8001


def test_the_path_of_the_administration_api_is_no_api_root() -> None:
    with pytest.raises(ConfigurationError, match="api_root: /api/ is the administration API's"):
        load_settings(environ={"HUB_API_ROOT": "api"})


def test_the_environment_of_a_child_gives_the_same_settings(write: Write) -> None:
    file = write("port = 1000\naccess_log = false\nlog_level = 'debug'\n[caps]\ndepth = 5\npattern_seconds = 0.5\n")
    settings = load_settings(environ={"HUB_TITLE": "a hub"}, config=file)
    assert load_settings(environ=settings.environment()) == settings
    assert settings.caps == Caps(depth=5, pattern_seconds=0.5)


def test_the_annotated_file_documents_every_key_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    table = tomllib.loads((ROOT / "config" / "hub.toml").read_text())
    assert set(table) == {field.name for field in fields(Settings)}
    assert set(table["caps"]) == {field.name for field in fields(Caps)}
    assert load_settings(environ={}, config=ROOT / "config" / "hub.toml") == load_settings(environ={})
