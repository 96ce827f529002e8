"""The sharing agreements that a new hub begins with, read from their directory of files."""

from collections.abc import Sequence

from hub.domain.agreements import AgreementDocument
from hub.domain.documents import raise_all
from hub.domain.errors import ConfigurationError
from hub.policy.agreements.documents import document_of
from hub.policy.agreements.pairs import is_of_pair
from hub.runtime.toml_directory import TomlFile


def documents_of(files: Sequence[TomlFile]) -> tuple[AgreementDocument, ...]:
    """Check the files; the name of each is the id of its agreement, so that no id is given twice."""
    documents: list[AgreementDocument] = []
    faults: list[str] = []
    for file in files:
        try:
            document = document_of(file.content, source=str(file.path))
        except ConfigurationError as error:
            faults.append(error.sentence)
            continue
        if document.id != file.path.stem:
            faults.append(f"{file.path}: `id` asks for the file name {document.id}.toml")
        if document.version != 1:
            faults.append(f"{file.path}: `version` is 1 where an agreement begins; later ones are drafted in the hub")
        if is_of_pair(document.id):
            faults.append(f"{file.path}: `id` is one that the hub keeps for pairs of members; choose another")
        documents.append(document)
    raise_all(faults)
    return tuple(sorted(documents, key=lambda document: document.id))
