"""One `hub serve` for all proofs of the main job; each of them uses the collection of a country of its own."""

from collections.abc import Iterator

import pytest

from tests.support.serving import ServedHub, serving


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    with serving(tmp_path_factory.mktemp("served") / "data", web_workers=0) as hub:
        yield hub
