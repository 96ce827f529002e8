"""The shape of the tree: what may lie where, and how big it may be."""

import ast
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "hub").rglob("*.py"))
SOURCES = [path for folder in ("hub", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]
MOST_LINES = 400
MOST_MODULES = 10
AIM_MODULES = 9


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_collections_holds_no_python() -> None:
    assert [relative(path) for path in (ROOT / "collections").rglob("*.py*")] == []


@pytest.mark.parametrize("safe_path", ["", "1"])
def test_a_python_started_at_the_root_finds_the_standard_library(safe_path: str) -> None:
    script = "import collections, pathlib; print(pathlib.Path(collections.__file__).parent.parent); collections.deque()"
    environ = os.environ | {"PYTHONSAFEPATH": safe_path}
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT, env=environ
    )
    assert found.stdout.strip() == str(Path(os.__file__).parent)


def test_the_command_line_starts_at_the_root() -> None:
    started = subprocess.run(
        [sys.executable, "-m", "hub", "--version"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert re.fullmatch(r"hub, version \d+\.\d+\.\d+\n", started.stdout)


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_a_module_says_what_it_is_and_stays_small(module: Path) -> None:
    text = module.read_text()
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert len(text.splitlines()) <= MOST_LINES


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"#.*\b(TO" r"DO|FIX" r"ME)\b")
    assert [relative(path) for path in SOURCES if marks.search(path.read_text())] == []


def test_a_package_holds_few_modules() -> None:
    sizes = {
        relative(package.parent): len([path for path in package.parent.glob("*.py") if path != package])
        for package in MODULES
        if package.name == "__init__.py"
    }
    crowded = {name: size for name, size in sizes.items() if size > AIM_MODULES}
    if crowded:
        warnings.warn(f"packages with more than {AIM_MODULES} modules: {crowded}", stacklevel=1)
    assert {name: size for name, size in crowded.items() if size > MOST_MODULES} == {}


def test_every_folder_with_modules_is_a_package_or_migrations() -> None:
    folders = {path.parent for path in MODULES if not (path.parent / "__init__.py").exists()}
    assert {relative(folder) for folder in folders} == {"hub/store/migrations", "hub/store/migrations/versions"}
