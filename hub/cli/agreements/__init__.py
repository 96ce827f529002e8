"""`hub agreement` and `hub key`: draft, foresee, propose, sign, approve and end agreements, and the keys that sign."""

from hub.cli.agreements.commands import agreement
from hub.cli.agreements.keys import key
from hub.cli.agreements.simulate import simulate

agreement.add_command(simulate)

__all__ = ["agreement", "key"]
