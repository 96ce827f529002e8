"""Run tests of a copy of the tree again and again, each time in a fork that has nothing loaded but the libraries."""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

OURS = {"hub", "tests", "__main__"}
PATIENCE = 600
"""Seconds after which tests that have not ended have noticed."""

FIRST = (
    "import json, sys, pytest; code = pytest.main(sys.argv[2:]); json.dump(sorted(sys.modules), open(sys.argv[1], 'w'))"
)


def pass_unchanged(tree: Path, tests: Iterable[str]) -> bool:
    """Run the tests of a tree in a process of their own; load what they loaded, and say whether they passed.

    It leaves compiled modules in the tree, which spare the trials most of their time.
    """
    loaded = tree / "loaded.json"
    ended = subprocess.run(
        [sys.executable, "-P", "-c", f"{FIRST}; sys.exit(code)", str(loaded), *_arguments(tree, tests)],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},
        capture_output=True,
        check=False,
    )
    for name in json.loads(loaded.read_bytes()):
        if name.partition(".")[0] not in OURS:
            with suppress(ImportError):
                importlib.import_module(name)
    return ended.returncode == 0


def try_out(tree: Path, tests: Iterable[str]) -> int:
    """Run the tests of a tree to their first failure, and return pytest's exit code: 1 too where they do not end."""
    child = os.fork()
    if child == 0:
        _run_and_exit(tree, tests)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return 1 if code == -signal.SIGALRM else code


def _run_and_exit(tree: Path, tests: Iterable[str]) -> NoReturn:
    """Forget the tree that this process came from, and run the tests of the other in silence."""
    code = -1
    try:
        signal.alarm(PATIENCE)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        os.chdir(tree)
        sys.path[:] = [str(tree), *(path for path in sys.path if Path(path).is_absolute())]
        sys.dont_write_bytecode = True
        for name in [name for name in sys.modules if name.partition(".")[0] in OURS - {"__main__"}]:
            del sys.modules[name]
        importlib.invalidate_caches()
        code = int(pytest.main(_arguments(tree, tests)))
    finally:
        os._exit(code & 0xFF)


def _arguments(tree: Path, tests: Iterable[str]) -> list[str]:
    """Ask for the tests that the patterns find."""
    paths = [str(path.relative_to(tree)) for pattern in tests for path in sorted(tree.glob(pattern))]
    return ["-x", "-q", "-p", "no:cacheprovider", *paths]
