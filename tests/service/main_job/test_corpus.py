"""Real STIX, pushed as it is: no server error, and what comes back is byte for byte what was sent.

A sample of the files that are small; `scripts/stix-corpus ../shared/data/stix` takes all of them.
"""

from typing import Final

import pytest

from tests.service.main_job.corpus import compare, push_files, stix_files
from tests.support.serving import SHARED, ServedHub

CORPUS: Final = SHARED / "data" / "stix"
LARGEST: Final = 120_000
ALIAS: Final = "jp"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the real STIX lies beside the project, and is not here")
def test_real_stix_comes_back_byte_for_byte(served: ServedHub) -> None:
    caller = served.account("jp-cert/corpus")
    files = [path for path in stix_files(CORPUS) if path.stat().st_size < LARGEST]
    sent = push_files(caller, ALIAS, CORPUS, files)
    assert not sent.troubles
    assert sum(sent.accepted.values()) > 2_000
    found = compare(caller, ALIAS, sent)
    assert (found.unknown, found.missing, found.doubled) == ([], [], [])
    assert found.returned > 2_000
