"""The collection file of a member that has none yet."""

from pathlib import Path
from uuid import uuid4

from hub.domain.catalogue import STIX_MEDIA_TYPE
from hub.domain.directory import Member, Organisation


def write_collection_file(directory: Path, member: Member, cert: Organisation) -> Path:
    """Write the file and return where; FileExistsError where one of that name is there."""
    path = directory / f"{member.code.lower()}.toml"
    with path.open("x", encoding="utf-8") as file:
        file.write(_content(member, cert))
    return path


def _content(member: Member, cert: Organisation) -> str:
    return f"""id = "{uuid4()}"
alias = "{member.code.lower()}"
title = {_text(member.name)}
description = {_text(f"Threat information that the organisations of {member.name} publish.")}
default_tlp = "amber"
can_read = true
can_write = true
media_types = ["{STIX_MEDIA_TYPE}"]

[member]
code = "{member.code}"
name = {_text(member.name)}

[[member.organisations]]
id = "{cert.id}"
kind = "cert"
name = {_text(cert.name)}
identity = "{cert.identity}"
"""


def _text(value: str) -> str:
    """Write a TOML basic string; a name is one line without control characters."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
