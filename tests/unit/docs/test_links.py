"""What the pages refer to is there: every relative link, every anchor, every command and file that the README names."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from click import Context

from hub.cli.main import cli

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "collections/*.md", "config/*.md")
    for path in ROOT.glob(pattern)
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)
NAMED = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")


def links(page: Path) -> Iterator[tuple[str, str]]:
    """Go through path and anchor of every relative link outside code."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield path, anchor


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a page's headings, as the usual renderers make them."""
    heads = re.findall(r"^#+ +(.+)$", page.read_text(), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for path, anchor in links(page):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert target.is_relative_to(ROOT), path
        if anchor:
            assert anchor in anchors(target), f"{path}#{anchor}"


@pytest.mark.parametrize("name", NAMED)
def test_every_script_and_file_named_is_there(name: str) -> None:
    text = (ROOT / name).read_text()
    named = set(re.findall(r"(?<![\w/])((?:scripts|hub|tests|docs|config|collections)/[\w./-]*\w)", text))
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing


@pytest.mark.parametrize("name", NAMED)
def test_every_hub_command_named_is_one(name: str) -> None:
    text = (ROOT / name).read_text()
    commands = set(re.findall(r"(?:`|bin/)hub ([a-z]+)", text))
    assert commands <= set(cli.list_commands(Context(cli)))
