"""Everything that the API does the command line does too, each operation with its command."""

from typing import Final

import click
import pytest

from hub.cli.main import cli
from tests.api.region import Caller

COMMANDS: Final = {
    "list_members": "member list",
    "add_member": "member add",
    "show_member": "member show",
    "change_member": "member rename",
    "suspend_member": "member suspend",
    "activate_member": "member activate",
    "observe_member": "member observe",
    "list_organisations": "organisation list",
    "add_organisation": "organisation add",
    "show_organisation": "organisation show",
    "change_organisation": "organisation rename",
    "disable_organisation": "organisation disable",
    "enable_organisation": "organisation enable",
    "list_accounts": "account list",
    "add_account": "account add",
    "show_account": "account show",
    "change_account": "account roles",
    "disable_account": "account disable",
    "enable_account": "account enable",
    "list_tokens": "account token list",
    "add_token": "account token add",
    "revoke_token": "account token revoke",
    "list_keys": "key list",
    "add_key": "key add",
    "show_key": "key list",
    "revoke_key": "key revoke",
    "list_agreements": "agreement list",
    "show_agreement": "agreement show",
    "show_version": "agreement document",
    "draft_agreement": "agreement draft",
    "discard_version": "agreement discard",
    "propose_version": "agreement propose",
    "sign_version": "agreement sign",
    "suspend_agreement": "agreement suspend",
    "resume_agreement": "agreement resume",
    "end_agreement": "agreement end",
    "approve_transition": "agreement approve",
    "refuse_transition": "agreement refuse",
    "withdraw_from_agreement": "agreement withdraw",
    "simulate_agreement": "agreement simulate",
    "suspend_pair": "pair suspend",
    "resume_pair": "pair resume",
    "list_subscriptions": "subscription list",
    "add_subscription": "subscription add",
    "show_subscription": "subscription show",
    "show_progress": "subscription show",
    "change_subscription": "subscription change",
    "pause_subscription": "subscription pause",
    "resume_subscription": "subscription resume",
    "replay_subscription": "subscription replay",
    "test_subscription": "subscription test",
    "show_test": "subscription test",
    "rotate_secret": "subscription rotate-secret",
    "drop_old_secret": "subscription drop-old-secret",
    "set_password": "subscription set-password",
    "list_webhook_keys": "subscription keys",
    "remove_subscription": "subscription remove",
    "list_submissions": "submission list",
    "show_submission": "submission show",
    "read_ledger": "ledger",
    "list_collections": "collections check",
    "show_collection": "collections check",
    "explain": "explain",
    "list_readings": "receipts",
    "show_me": "account show",
    "show_my_rights": "rights",
    "explain_to_me": "why",
    "show_my_readers": "readers",
    "list_withdrawals": "withdrawal list",
    "list_my_withdrawals": "withdrawal list",
    "list_my_notices": "withdrawal list",
    "acknowledge_withdrawals": "withdrawal acknowledge",
}
"""By the id of the operation. Who runs a command is the system's user, so `me` is whoever the command names."""


def test_every_operation_has_its_command(olga: Caller) -> None:
    paths = olga.get("/openapi.json").json["paths"]
    described = {operation["operationId"] for path in paths.values() for operation in path.values()}
    assert set(COMMANDS) == described


@pytest.mark.parametrize("words", sorted(set(COMMANDS.values())))
def test_the_command_is_there(words: str) -> None:
    command: click.Command | None = cli
    context = click.Context(cli)
    for word in words.split():
        assert isinstance(command, click.Group), words
        command = command.get_command(context, word)
    assert command is not None
    assert not isinstance(command, click.Group), words
