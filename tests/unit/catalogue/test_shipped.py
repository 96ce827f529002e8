"""What is shipped in collections/ and config/ is right, and says what the forum is."""

from pathlib import Path

from hub.domain.directory import OrganisationKind
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId
from hub.runtime.agreements import documents_of
from hub.runtime.catalogue import load_catalogue
from hub.runtime.toml_directory import read_toml_directory

ROOT = Path(__file__).resolve().parents[3]
MEMBERS = "AU BN CA CL CN CO CR EC FJ FM ID JP KH KR LA MH MN MX MY NZ PE PG PH RU SG TH US VN"


def test_each_of_the_28_members_has_a_collection_and_one_cert() -> None:
    catalogue = load_catalogue(ROOT / "collections")
    assert " ".join(member.code for member in catalogue.members) == MEMBERS
    assert [(organisation.id, organisation.kind) for organisation in catalogue.organisations] == [
        (f"{code.lower()}-cert", OrganisationKind.CERT) for code in MEMBERS.split()
    ]
    for code in MEMBERS.split():
        collection = catalogue.find(code)
        assert collection is not None
        assert (collection.member, collection.default_tlp) == (code, Tlp.AMBER)


def test_the_regional_collections_are_open_to_every_cert() -> None:
    catalogue = load_catalogue(ROOT / "collections")
    for alias in ("best-practices", "assistance"):
        collection = catalogue.find(alias)
        assert collection is not None
        assert collection.writers == {OrganisationKind.CERT}
    assert len(catalogue.collections) == 31


def test_countries_without_a_cert_say_so_in_their_data() -> None:
    for name in ("mh.toml", "fm.toml"):
        assert "no national CERT: this is the country's point of contact" in (ROOT / "collections" / name).read_text()


def test_the_baseline_is_the_only_agreement_that_nobody_has_to_sign() -> None:
    documents = {
        document.id: document for document in documents_of(read_toml_directory(ROOT / "config" / "agreements"))
    }
    assert {name: document.parties for name, document in documents.items()} == {
        "example-au-nz": {"AU", "NZ"},
        "example-jp-sg": {"JP", "SG"},
        "regional-baseline": frozenset(),
    }
    (clause,) = documents[AgreementId("regional-baseline")].clauses
    assert clause.origins == clause.destinations == {"*"}
    assert clause.tlp_max is Tlp.GREEN
