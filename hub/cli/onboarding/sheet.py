"""The sheet that a new member's CERT works from: address, credentials, settings of its tools, and a self-test."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import dedent, indent
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from hub.domain.clock import tick_of, timestamp_of
from hub.domain.directory import Introduction, Member, Organisation
from hub.domain.identifiers import AccountId

MEDIA_TYPE: Final = "application/taxii+json;version=2.1"
_RED: Final = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Everything that a sheet says. `url` is the hub's address without a path; `token` is None where none was made.

    `agreements` are those in force that cover the member, a line each.
    """

    url: str
    api_root: str
    member: Member
    cert: Organisation
    introduction: Introduction
    account: AccountId
    token: str | None = field(repr=False)
    expires: datetime | None
    collection: str
    collection_id: str
    all_id: str
    keys: Sequence[str]
    agreements: Sequence[str]
    at: datetime


def sheet(welcome: Welcome) -> str:
    """Write the sheet in Markdown. It holds the token: whoever has it is the account."""
    return "\n".join(
        part.strip("\n") + "\n"
        for part in (
            _head(welcome),
            _credentials(welcome),
            _curl(welcome),
            _taxii2_client(welcome),
            _opencti(welcome),
            _misp(welcome),
            _agreements(welcome),
            _signing(welcome),
            _api(welcome),
            _self_test(welcome),
        )
    )


def self_test(welcome: Welcome) -> str:
    """Write a POSIX shell script that takes curl alone and tries reading, publishing and deleting as the account."""
    envelope = json.dumps({"objects": [_test_object(welcome)]}).replace("'", "\\u0027")
    objects = f"{welcome.url}/{welcome.api_root}/collections/{welcome.collection}/objects/"
    return dedent(
        f"""\
        #!/bin/sh
        # HUB_TOKEN=... sh selftest.sh     prints a line a check; exit status 0 where all is well
        set -u
        type='{MEDIA_TYPE}'
        failed=0
        ask() {{ # NAME EXPECTED-STATUS EXPECTED-TEXT curl-arguments...
            name=$1 status=$2 text=$3; shift 3
            answer=$(printf 'user = "%s:%s"\\n' '{welcome.account}' "$HUB_TOKEN" |
                curl -sS -g -K - -H "Accept: $type" -w ' %{{http_code}}' "$@" 2>&1)
            if [ "${{answer##* }}" = "$status" ] && [ -z "${{text}}" -o "${{answer#*"$text"}}" != "$answer" ]; then
                echo "ok    $name"
            else
                echo "FAIL  $name: $answer"; failed=1
            fi
        }}
        ask 'the hub answers'            200 'api_roots' '{welcome.url}/taxii2/'
        ask 'the API root is there'      200 'max_content_length' '{welcome.url}/{welcome.api_root}/'
        ask 'our collection is there'    200 '{welcome.collection_id}' '{welcome.url}/{welcome.api_root}/collections/'
        ask 'everything can be read'     200 '' '{welcome.url}/{welcome.api_root}/collections/all/objects/?limit=1'
        ask 'an indicator is accepted'   202 '"success_count":1' -H "Content-Type: $type" -d '{envelope}' '{objects}'
        ask 'it can be read again'       200 '{_test_id(welcome)}' '{objects}{_test_id(welcome)}/'
        ask 'and be deleted'             200 '' -X DELETE '{objects}{_test_id(welcome)}/'
        exit $failed
        """
    )


def _head(welcome: Welcome) -> str:
    sponsor = welcome.introduction.sponsor
    vouched = f"{sponsor} vouched for it" if sponsor else "the operators brought it in"
    made = (
        f"Made {_instant(welcome.at)} for {welcome.cert.name}, the organisation `{welcome.cert.id}` of the member"
        f" `{welcome.member.code}` ({welcome.member.status}; {vouched})."
    )
    contacts = [
        f"| {each.kind} | {each.name} | {each.email} | {each.phone or ''} |" for each in welcome.introduction.contacts
    ]
    return "\n".join(
        (
            f"# Welcome to the hub: {welcome.member.name}",
            "",
            made,
            "",
            "| contact | name | e-mail | telephone |",
            "|---|---|---|---|",
            *contacts,
        )
    )


def _credentials(welcome: Welcome) -> str:
    token = welcome.token or "(made before; `hub account token add` makes another)"
    until = f", good until {_instant(welcome.expires)}" if welcome.expires else ""
    return f"""
## Your account

| | |
|---|---|
| discovery | `{welcome.url}/taxii2/` |
| API root | `{welcome.url}/{welcome.api_root}/` |
| user name | `{welcome.account}` |
| token | `{token}`{until} |
| your STIX identity | `{welcome.cert.identity}`: use it as `created_by_ref` |
| your collection | `{welcome.collection}`, id `{welcome.collection_id}` |
| all that you may see | `all`, id `{welcome.all_id}` |

The token is shown this once and kept nowhere. Put it into a password store, and destroy this copy of the sheet.
"""


def _curl(welcome: Welcome) -> str:
    return f"""
## curl

Read (curl asks for the token):

    curl -g -u {welcome.account} -H 'Accept: {MEDIA_TYPE}' \\
      '{welcome.url}/{welcome.api_root}/collections/all/objects/?limit=1000'

Publish the objects of a TAXII envelope, `{{"objects": [ ... ]}}`:

    curl -u {welcome.account} -H 'Accept: {MEDIA_TYPE}' -H 'Content-Type: {MEDIA_TYPE}' \\
      --data-binary @envelope.json {welcome.url}/{welcome.api_root}/collections/{welcome.collection}/objects/
"""


def _taxii2_client(welcome: Welcome) -> str:
    return f"""
## taxii2-client

    from taxii2client.v21 import Collection, as_pages

    everything = Collection(
        "{welcome.url}/{welcome.api_root}/collections/{welcome.all_id}/", user="{welcome.account}", password=token
    )
    for page in as_pages(everything.get_objects, per_request=1000):
        for thing in page.get("objects", []):
            print(thing["id"])
"""


def _opencti(welcome: Welcome) -> str:
    return f"""
## OpenCTI, to read: Integrations, Built-in ingestion, TAXII Feed

| setting | value |
|---|---|
| TAXII server URL | `{welcome.url}/{welcome.api_root}` |
| TAXII version | 2.1 |
| TAXII Collection | `{welcome.all_id}` |
| Authentication type | Basic: user name and token |
| Import from date | empty for everything |
"""


def _misp(welcome: Welcome) -> str:
    return f"""
## MISP, to publish: a TAXII server

| setting | value |
|---|---|
| baseurl | `{welcome.url}` |
| API root | `{welcome.api_root}` |
| API key | the output of `printf '%s' '{welcome.account}:TOKEN' \\| base64 -w0` |
| collection | `{welcome.collection_id}` |
"""


def _agreements(welcome: Welcome) -> str:
    keys = "\n".join(f"- `{key}`" for key in welcome.keys) or ("None is registered yet: see below.")
    covering = "\n".join(f"- {line}" for line in welcome.agreements) or (
        "None: nothing but what is CLEAR crosses your border until one is signed."
    )
    return f"""
## Agreements in force that cover you

{covering}

The keys with which your organisation signs agreements:

{keys}
"""


def _signing(welcome: Welcome) -> str:
    return f"""
## Signing agreements

Make a key on a machine of yours; its private half never leaves it. `hub key new cert.key` does that, and so
does openssl:

    openssl genpkey -algorithm ed25519 -out cert.key
    openssl pkey -in cert.key -pubout -out cert.key.pub

Register the public half (curl asks for the token), and compare the `id` in the answer with the operators by telephone:

    key=$(openssl pkey -pubin -in cert.key.pub -outform DER | tail -c 32 | base64)
    curl -u {welcome.account} -H 'Content-Type: application/json' -d "{{\\"public_key\\": \\"$key\\"}}" \\
      {welcome.url}/api/v1/organisations/{welcome.cert.id}/keys

Sign an agreement that was proposed to you; you are shown it and its SHA-256 before you are asked:

    HUB_TOKEN=... hub agreement sign ID --key cert.key --url {welcome.url}/taxii2/ --username {welcome.account}
"""


def _api(welcome: Welcome) -> str:
    api = f"{welcome.url}/api/v1"
    return f"""
## The administration API

Your account also keeps your organisation's accounts, tokens, keys and subscriptions, and sees the agreements that
concern you: `{api}/docs/` in a browser. Who you are to the hub, and what you may see under which rule or clause:

    curl -u {welcome.account} {api}/me
    curl -u {welcome.account} {api}/me/rights
"""


def _self_test(welcome: Welcome) -> str:
    script = indent(self_test(welcome), "    ")
    return f"""
## Self-test

Save as `selftest.sh` and run `HUB_TOKEN=... sh selftest.sh`. It reads, publishes one indicator in TLP:RED that nobody
but your organisation sees, and deletes it again.

{script}"""


def _test_object(welcome: Welcome) -> dict[str, object]:
    made = timestamp_of(tick_of(welcome.at))
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": _test_id(welcome),
        "created_by_ref": welcome.cert.identity,
        "created": made,
        "modified": made,
        "name": "Self-test of a connection",
        "pattern": "[domain-name:value = 'selftest.example']",
        "pattern_type": "stix",
        "valid_from": made,
        "object_marking_refs": [_RED],
    }


def _test_id(welcome: Welcome) -> str:
    return f"indicator--{uuid5(NAMESPACE_URL, f'{welcome.url}/{welcome.account}/{tick_of(welcome.at)}')}"


def _instant(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M UTC")
