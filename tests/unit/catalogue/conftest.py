"""A directory of two right collection files, to be made wrong one key at a time."""

from pathlib import Path

import pytest

AU = """\
id = "11111111-1111-4111-8111-111111111111"
alias = "au"
title = "Australia"
description = "What Australia publishes."
default_tlp = "amber"
media_types = ["application/stix+json;version=2.1"]

[member]
code = "AU"
name = "Australia"

[[member.organisations]]
id = "au-cert"
kind = "cert"
name = "The CERT"
identity = "identity--22222222-2222-4222-8222-222222222222"

[[member.organisations]]
id = "au-power"
kind = "constituent"
name = "Example Power"
identity = "identity--33333333-3333-4333-8333-333333333333"
served_by = "au-cert"
cross_border = true
"""

ASSISTANCE = """\
id = "44444444-4444-4444-8444-444444444444"
alias = "assistance"
title = "Assistance"
description = "Help."
default_tlp = "green"
can_write = false
media_types = ["application/stix+json;version=2.1"]
regional = true
writers = ["cert", "hub"]
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return a directory with a member's collection and a regional one."""
    (tmp_path / "au.toml").write_text(AU)
    (tmp_path / "assistance.toml").write_text(ASSISTANCE)
    return tmp_path
