"""Every role and every operation of the API: who gets an answer, who a refusal, who is told of nothing."""

from typing import Final

import msgspec
import pytest

from hub.domain.directory import Role
from hub.runtime import wiring
from hub.services.agreements.drafting import draft
from hub.web.api.models.agreements.documents import DocumentModel
from tests.api.region import Caller, Region
from tests.support.acts import made

DOCUMENT: Final = {
    "id": "table",
    "version": 1,
    "title": "An agreement to change",
    "effect": "permit",
    "parties": ["AU", "NZ"],
    "valid_from": "2026-01-01T00:00:00Z",
    "clauses": [{"number": "1", "from": ["AU"], "to": ["NZ"], "tlp_max": "green"}],
}
BODIES: Final[dict[str, object]] = {
    "add_member": {"code": "ZZ", "name": "Nowhere"},
    "change_member": {"name": "Fiji"},
    "add_organisation": {"id": "zz-cert", "member": "FJ", "kind": "constituent", "name": "Example"},
    "change_organisation": {"cross_border": True},
    "add_account": {"id": "au-cert/zed", "roles": ["analyst"]},
    "change_account": {"purpose": "research"},
    "add_token": {},
    "add_key": {"public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="},
    "simulate_agreement": DOCUMENT | {"id": "what-if"},
    "draft_agreement": DOCUMENT | {"id": "other"},
    "sign_version": {"key": "SHA256:" + "A" * 43, "signature": "A" * 86 + "=="},
    "withdraw_from_agreement": {"member": "AU"},
    "add_subscription": {"channel": "webhook", "url": "https://soc.example/hook"},
    "acknowledge_withdrawals": {"withdrawals": ["00000000-0000-4000-8000-000000000000"]},
    "change_subscription": {"batch_objects": 10},
    "replay_subscription": {"from": "now"},
    "rotate_secret": {},
    "set_password": {"password": "secret"},
}
ANSWERED, REFUSED, HIDDEN = "yes", "no", "hidden"

ROLES: Final = ("operator", "auditor", "administrator", "analyst")

TABLE: Final = """
show_me                  GET    /me                                        yes     yes     yes     yes
list_collections         GET    /collections                               yes     yes     yes     yes
show_collection          GET    /collections/au                            yes     yes     yes     yes
list_submissions         GET    /submissions                               yes     yes     yes     yes
list_submissions         GET    /submissions?organisation=nz-cert          yes     yes     hidden  hidden
show_submission          GET    /submissions/{nothing}                     hidden  hidden  hidden  hidden
read_ledger              GET    /ledger                                    yes     yes     no      no
explain                  GET    /explain?account=au-cert/ana&object={object} yes     yes     no      no
list_readings            GET    /readings?object={object}                  yes     yes     no      no
explain_to_me            GET    /me/explain?source=AU&tlp=green&type=indicator yes yes yes yes
show_my_rights           GET    /me/rights                                 yes     yes     yes     yes
show_my_readers          GET    /me/readers?object={object}                hidden  hidden  hidden  hidden
list_withdrawals         GET    /withdrawals?object={object}               yes     yes     no      no
list_my_withdrawals      GET    /me/withdrawals?object={object}            hidden  hidden  hidden  hidden
list_my_withdrawals      GET    /me/withdrawals?only=overdue               yes     yes     yes     yes
list_withdrawals         GET    /withdrawals?producer=au-cert              yes     yes     no      no
list_my_notices          GET    /me/notices                                yes     yes     yes     yes
acknowledge_withdrawals  POST   /withdrawals/acknowledge                   yes     yes     yes     yes
list_subscriptions       GET    /subscriptions                             yes     yes     yes     yes
list_subscriptions       GET    /subscriptions?account=au-cert/guy         yes     yes     yes     hidden
list_subscriptions       GET    /subscriptions?account=nz-cert/zoe         yes     yes     hidden  hidden
list_subscriptions       GET    /subscriptions?account=nz-cert/none        yes     yes     hidden  hidden
list_subscriptions       GET    /subscriptions?account=au-cert/ana         yes     yes     yes     yes
list_subscriptions       GET    /subscriptions?organisation=au-cert        yes     yes     yes     hidden
list_subscriptions       GET    /subscriptions?organisation=nz-cert        yes     yes     hidden  hidden
add_subscription         POST   /subscriptions                             yes     yes     yes     yes
show_subscription        GET    /subscriptions/{nothing}                   hidden  hidden  hidden  hidden
show_subscription        GET    /subscriptions/{guys}                      yes     yes     yes     hidden
show_subscription        GET    /subscriptions/{zoes}                      yes     yes     hidden  hidden
show_subscription        GET    /subscriptions/{anas}                      yes     yes     yes     yes
show_progress            GET    /subscriptions/{guys}/progress             yes     yes     yes     hidden
show_progress            GET    /subscriptions/{zoes}/progress             yes     yes     hidden  hidden
show_progress            GET    /subscriptions/{anas}/progress             yes     yes     yes     yes
change_subscription      PATCH  /subscriptions/{guys}                      no      no      yes     hidden
change_subscription      PATCH  /subscriptions/{zoes}                      no      no      hidden  hidden
change_subscription      PATCH  /subscriptions/{anas}                      no      no      yes     yes
pause_subscription       POST   /subscriptions/{guys}/pause                yes     no      yes     hidden
pause_subscription       POST   /subscriptions/{zoes}/pause                yes     no      hidden  hidden
pause_subscription       POST   /subscriptions/{anas}/pause                yes     no      yes     yes
resume_subscription      POST   /subscriptions/{guys}/resume               yes     no      yes     hidden
resume_subscription      POST   /subscriptions/{zoes}/resume               yes     no      hidden  hidden
resume_subscription      POST   /subscriptions/{anas}/resume               yes     no      yes     yes
replay_subscription      POST   /subscriptions/{guys}/replay               yes     no      yes     hidden
replay_subscription      POST   /subscriptions/{zoes}/replay               yes     no      hidden  hidden
replay_subscription      POST   /subscriptions/{anas}/replay               yes     no      yes     yes
test_subscription        POST   /subscriptions/{anas}/test                 yes     no      yes     yes
test_subscription        POST   /subscriptions/{guys}/test                 yes     no      yes     hidden
test_subscription        POST   /subscriptions/{zoes}/test                 yes     no      hidden  hidden
show_test                GET    /subscriptions/{anas}/test                 yes     yes     yes     yes
show_test                GET    /subscriptions/{zoes}/test                 yes     yes     hidden  hidden
rotate_secret            POST   /subscriptions/{guys}/rotate-secret        no      no      yes     hidden
rotate_secret            POST   /subscriptions/{zoes}/rotate-secret        no      no      hidden  hidden
rotate_secret            POST   /subscriptions/{anas}/rotate-secret        no      no      yes     yes
drop_old_secret          POST   /subscriptions/{guys}/drop-old-secret      no      no      yes     hidden
drop_old_secret          POST   /subscriptions/{zoes}/drop-old-secret      no      no      hidden  hidden
drop_old_secret          POST   /subscriptions/{anas}/drop-old-secret      no      no      yes     yes
set_password             POST   /subscriptions/{guys}/password             no      no      yes     hidden
set_password             POST   /subscriptions/{zoes}/password             no      no      hidden  hidden
set_password             POST   /subscriptions/{anas}/password             no      no      yes     yes
list_webhook_keys        GET    /webhook-keys                              yes     yes     yes     yes
remove_subscription      DELETE /subscriptions/{nothing}                   hidden  hidden  hidden  hidden
list_members             GET    /members                                   yes     yes     no      no
show_member              GET    /members/FJ                                yes     yes     no      no
add_member               POST   /members                                   yes     no      no      no
change_member            PATCH  /members/FJ                                yes     no      no      no
suspend_member           POST   /members/FJ/suspend                        yes     no      no      no
observe_member           POST   /members/FJ/observe                        yes     no      no      no
activate_member          POST   /members/FJ/activate                       yes     no      no      no
list_organisations       GET    /organisations                             yes     yes     yes     no
show_organisation        GET    /organisations/au-cert                     yes     yes     yes     no
show_organisation        GET    /organisations/nz-cert                     yes     yes     hidden  no
add_organisation         POST   /organisations                             yes     no      no      no
change_organisation      PATCH  /organisations/fj-cert                     yes     no      hidden  no
change_organisation      PATCH  /organisations/au-cert                     yes     no      no      no
disable_organisation     POST   /organisations/fj-cert/disable             yes     no      hidden  no
enable_organisation      POST   /organisations/fj-cert/enable              yes     no      hidden  no
list_accounts            GET    /accounts                                  yes     yes     yes     no
list_accounts            GET    /accounts?organisation=nz-cert             yes     yes     hidden  no
add_account              POST   /accounts                                  yes     no      yes     no
show_account             GET    /accounts/au-cert/ana                      yes     yes     yes     no
show_account             GET    /accounts/nz-cert/zoe                      yes     yes     hidden  no
change_account           PATCH  /accounts/au-cert/guy                      yes     no      yes     no
change_account           PATCH  /accounts/nz-cert/zoe                      yes     no      hidden  no
disable_account          POST   /accounts/au-cert/guy/disable              yes     no      yes     no
disable_account          POST   /accounts/nz-cert/zoe/disable              yes     no      hidden  no
enable_account           POST   /accounts/au-cert/guy/enable               yes     no      yes     no
enable_account           POST   /accounts/nz-cert/zoe/enable               yes     no      hidden  no
list_tokens              GET    /accounts/au-cert/guy/tokens               yes     yes     yes     no
list_tokens              GET    /accounts/nz-cert/zoe/tokens               yes     yes     hidden  no
add_token                POST   /accounts/au-cert/guy/tokens               yes     no      yes     no
add_token                POST   /accounts/nz-cert/zoe/tokens               yes     no      hidden  no
revoke_token             DELETE /accounts/au-cert/guy/tokens/{guy}         yes     no      yes     no
revoke_token             DELETE /accounts/nz-cert/zoe/tokens/{zoe}         yes     no      hidden  no
list_keys                GET    /organisations/au-cert/keys                yes     yes     yes     no
list_keys                GET    /organisations/nz-cert/keys                yes     yes     hidden  no
add_key                  POST   /organisations/au-cert/keys                yes     no      yes     no
add_key                  POST   /organisations/nz-cert/keys                yes     no      hidden  no
show_key                 GET    /organisations/au-cert/keys/{key}          yes     yes     yes     no
show_key                 GET    /organisations/nz-cert/keys/{key}          hidden  hidden  hidden  no
revoke_key               POST   /organisations/au-cert/keys/{key}/revoke   yes     no      yes     no
simulate_agreement       POST   /simulate                                  yes     yes     yes     yes
list_agreements          GET    /agreements                                yes     yes     yes     no
show_agreement           GET    /agreements/regional-baseline              yes     yes     yes     no
show_agreement           GET    /agreements/table                          yes     yes     hidden  no
show_version             GET    /agreements/regional-baseline/versions/1   yes     yes     yes     no
show_version             GET    /agreements/table/versions/1               yes     yes     hidden  no
draft_agreement          POST   /agreements                                yes     no      no      no
discard_version          DELETE /agreements/other/versions/1               yes     no      no      no
propose_version          POST   /agreements/table/versions/1/propose       yes     no      no      no
sign_version             POST   /agreements/table/versions/1/sign          no      no      hidden  no
suspend_agreement        POST   /agreements/table/suspend                  yes     no      no      no
resume_agreement         POST   /agreements/table/resume                   yes     no      no      no
approve_transition       POST   /agreements/table/approve                  yes     no      no      no
refuse_transition        POST   /agreements/table/refuse                   yes     no      no      no
withdraw_from_agreement  POST   /agreements/table/withdraw                 yes     no      yes     no
end_agreement            POST   /agreements/table/end                      yes     no      no      no
suspend_pair             POST   /pairs/FJ/JP/suspend                       yes     no      no      no
resume_pair              POST   /pairs/FJ/JP/resume                        yes     no      no      no
"""
ROWS: Final = [line.split() for line in TABLE.strip().splitlines()]


@pytest.fixture(scope="module")
def callers(olga: Caller, aldo: Caller, ada: Caller, ana: Caller) -> dict[str, Caller]:
    return dict(zip(ROLES, (olga, aldo, ada, ana), strict=True))


@pytest.fixture(scope="module")
def known(region: Region, olga: Caller, ana: Caller) -> dict[str, str]:
    """Put there what the rows are about, and name what only the hub can name."""
    people = {name: region.account(f"{organisation}/{name}", Role.ANALYST) for organisation, name in _PEOPLE}
    with wiring.opened(region.urls) as pool:
        draft(pool, DocumentModel.model_validate_json(msgspec.json.encode(DOCUMENT)).document(), act=made("tests"))
    added = olga.post("/organisations/au-cert/keys", {"public_key": "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="})
    hooks = {
        f"{name}s": caller.post("/subscriptions", BODIES["add_subscription"]).json["subscription"]["id"]
        for name, caller in (people | {"ana": ana}).items()
    }
    for number in hooks.values():
        olga.post(f"/subscriptions/{number}/test")
    tokens = {name: olga.get(f"/accounts/{org}/{name}/tokens").json for org, name in _PEOPLE}
    return {
        "object": "indicator--00000000-0000-4000-8000-000000000000",
        "nothing": "00000000-0000-4000-8000-000000000000",
        "key": added.json["id"],
        **hooks,
        **{name: str(listed["items"][0]["id"]) for name, listed in tokens.items()},
    }


_PEOPLE: Final = (("au-cert", "guy"), ("nz-cert", "zoe"))


@pytest.mark.parametrize(("operation", "method", "path", "verdicts"), [(*row[:3], row[3:]) for row in ROWS])
def test_each_role_gets_what_the_table_says(  # noqa: PLR0913, PLR0917 - a row has these parts
    callers: dict[str, Caller], known: dict[str, str], operation: str, method: str, path: str, verdicts: list[str]
) -> None:
    target, _, query = path.format(**known).partition("?")
    got = {
        role: verdict_of(caller.call(method, target, BODIES.get(operation), query=query).status_code)
        for role, caller in callers.items()
    }
    assert got == dict(zip(ROLES, verdicts, strict=True))


@pytest.mark.parametrize("role", ROLES)
def test_each_role_ends_the_subscriptions_that_it_may(
    callers: dict[str, Caller], known: dict[str, str], ada: Caller, ana: Caller, role: str
) -> None:
    made = ana.post("/subscriptions", BODIES["add_subscription"]).json["subscription"]["id"]
    verdicts = {"operator": ANSWERED, "auditor": REFUSED, "administrator": ANSWERED, "analyst": ANSWERED}
    assert verdict_of(callers[role].call("DELETE", f"/subscriptions/{made}").status_code) == verdicts[role]
    if role in {"administrator", "analyst"}:
        assert callers[role].call("DELETE", f"/subscriptions/{known['zoes']}").status_code == 404
    ada.call("DELETE", f"/subscriptions/{made}")


def test_the_table_names_every_operation(olga: Caller) -> None:
    paths = olga.get("/openapi.json").json["paths"]
    described = {operation["operationId"] for path in paths.values() for operation in path.values()}
    assert {row[0] for row in ROWS} == described


def verdict_of(status: int) -> str:
    """Read a status; what a conflict stops has passed every question of who may."""
    return {403: REFUSED, 404: HIDDEN}.get(status, ANSWERED if status < 400 or status == 409 else str(status))
