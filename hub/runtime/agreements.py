"""The sharing agreements, read from their directory of files."""

from collections.abc import Sequence
from pathlib import Path

from hub.domain.agreements import Agreement
from hub.domain.documents import raise_all
from hub.domain.errors import ConfigurationError
from hub.policy.agreements.documents import agreement_of
from hub.runtime.toml_directory import TomlFile, read_toml_directory


def load_agreements(directory: Path) -> tuple[Agreement, ...]:
    """Read every agreement in order of id; raise ConfigurationError with a line for each fault found.

    A directory without agreements is right: nothing but clear is shared across borders.
    """
    return agreements_of(read_toml_directory(directory))


def agreements_of(files: Sequence[TomlFile]) -> tuple[Agreement, ...]:
    """Check the files; the name of each is the id of its agreement, so that no id is given twice."""
    agreements: list[Agreement] = []
    faults: list[str] = []
    for file in files:
        try:
            agreement = agreement_of(file.content, source=str(file.path))
        except ConfigurationError as error:
            faults.append(error.sentence)
            continue
        if agreement.id != file.path.stem:
            faults.append(f"{file.path}: `id` asks for the file name {agreement.id}.toml")
        agreements.append(agreement)
    raise_all(faults)
    return tuple(sorted(agreements, key=lambda agreement: agreement.id))
