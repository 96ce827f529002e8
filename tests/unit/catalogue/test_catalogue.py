"""Collection files are read strictly: whatever is wrong stops the start, with the file and the key named."""

from pathlib import Path

import pytest

from hub.domain.catalogue import ALL
from hub.domain.directory import Member, MemberStatus, Organisation, OrganisationKind
from hub.domain.errors import ConfigurationError
from hub.domain.handling import Tlp
from hub.domain.identifiers import MemberCode, OrganisationId, StixId
from hub.runtime.catalogue import load_catalogue


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def faults_of(directory: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue(directory)
    return caught.value.sentence.splitlines()


def test_a_member_file_gives_collection_member_and_organisations(directory: Path) -> None:
    catalogue = load_catalogue(directory)
    collection = catalogue.find("au")
    assert collection is not None
    assert collection.member == "AU"
    assert collection.default_tlp is Tlp.AMBER
    assert (collection.can_read, collection.can_write) == (True, True)
    assert collection.writers == frozenset()
    assert catalogue.members == (Member(code=MemberCode("AU"), name="Australia", status=MemberStatus.ACTIVE),)
    assert catalogue.organisations[1] == Organisation(
        id=OrganisationId("au-power"),
        member=MemberCode("AU"),
        kind=OrganisationKind.CONSTITUENT,
        name="Example Power",
        served_by=OrganisationId("au-cert"),
        cross_border=True,
        active=True,
        identity=StixId("identity--33333333-3333-4333-8333-333333333333"),
    )


def test_a_regional_file_gives_a_collection_without_a_member(directory: Path) -> None:
    collection = load_catalogue(directory).find("assistance")
    assert collection is not None
    assert collection.member is None
    assert collection.can_write is False
    assert collection.writers == {OrganisationKind.CERT, OrganisationKind.HUB}


def test_collections_are_in_order_of_id_with_the_virtual_one_among_them(directory: Path) -> None:
    ids = [collection.id for collection in load_catalogue(directory)]
    assert ids == sorted(ids)
    assert ALL.id in ids
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        ("au.toml", "title =", "titel =", "`titel`"),
        ("au.toml", 'title = "Australia"\n', "", "`title`"),
        ("au.toml", 'title = "Australia"', 'title = " "', "`$.title`"),
        ("au.toml", 'title = "Australia"', "title = 1", "`$.title`"),
        ("au.toml", 'default_tlp = "amber"', 'default_tlp = "orange"', "`$.default_tlp`"),
        ("au.toml", "11111111-1111-4111", "11111111-1111-1111", "`$.id`"),
        ("au.toml", 'id = "11111111', 'id = "A1111111', "`$.id`"),
        ("au.toml", 'alias = "au"', 'alias = "AU"', "`$.alias`"),
        ("au.toml", "version=2.1", "version=2.0", "`$.media_types[0]`"),
        ("au.toml", '["application/stix+json;version=2.1"]', "[]", "`$.media_types`"),
        ("au.toml", "[member]", "can_read = 1\n[member]", "`$.can_read`"),
        ("au.toml", 'code = "AU"', 'code = "au"', "`$.member.code`"),
        ("au.toml", 'kind = "cert"', 'kind = "crt"', "`$.member.organisations[0].kind`"),
        ("au.toml", 'kind = "cert"', 'kind = "hub"', "`$.member.organisations[0].kind`"),
        ("au.toml", "identity--2222", "identity--222", "`$.member.organisations[0].identity`"),
        ("au.toml", 'name = "The CERT"\n', "", "`$.member.organisations[0]`"),
        ("au.toml", "cross_border = true", 'cross_border = "yes"', "`$.member.organisations[1].cross_border`"),
        ("au.toml", 'served_by = "au-cert"', 'served_by = "au-power"', "`served_by`"),
        ("au.toml", 'served_by = "au-cert"', 'served_by = "nz-cert"', "`served_by`"),
        ("au.toml", "[member]", "regional = true\n[member]", "`regional = true`"),
        ("au.toml", "[member]", 'writers = ["cert"]\n[member]', "`writers`"),
        ("assistance.toml", "regional = true\n", "", "`regional = true`"),
        ("assistance.toml", "regional = true\n", "regional = false\n", "`regional`"),
        ("assistance.toml", 'writers = ["cert", "hub"]\n', "", "`writers`"),
        ("assistance.toml", '["cert", "hub"]', "[]", "`$.writers`"),
        ("assistance.toml", '["cert", "hub"]', '["everybody"]', "`$.writers[0]`"),
        ("assistance.toml", 'alias = "assistance"', 'alias = "help"', "`alias`"),
        ("assistance.toml", "44444444-4444-4444-8444-444444444444", ALL.id, "`id`"),
        ("assistance.toml", "44444444-4444-4444-8444-444444444444", "11111111-1111-4111-8111-111111111111", "`id`"),
        ("au.toml", 'alias = "au"', 'alias = "all"', "`alias`"),
        ("au.toml", 'alias = "au"', 'alias = "assistance"', "`alias`"),
        ("au.toml", 'code = "AU"', 'code = "NZ"', "`member.code`"),
        ("au.toml", 'id = "au-power"', 'id = "au-cert"', "`member.organisations.id`"),
        ("au.toml", "33333333-3333-4333-8333-333333333333", "22222222-2222-4222-8222-222222222222", "identity`"),
        ("au.toml", "title =", "title", "not TOML"),
    ],
)
def test_a_wrong_key_stops_the_start_and_is_named(directory: Path, name: str, old: str, new: str, key: str) -> None:
    edit(directory / name, old, new)
    (fault,) = faults_of(directory)
    assert key in fault
    assert ".toml" in fault.split(":")[0]


def test_a_member_may_stand_in_one_file_only(directory: Path) -> None:
    (directory / "at.toml").write_text((directory / "au.toml").read_text())
    sentences = "\n".join(faults_of(directory))
    for key in ("id", "alias", "member.code", "member.organisations.id", "member.organisations.identity"):
        assert f"au.toml: `{key}` " in sentences
    assert "at.toml: `member.code` asks for the file name au.toml" in sentences


def test_every_file_with_a_fault_is_named_at_once(directory: Path) -> None:
    edit(directory / "au.toml", "title =", "titel =")
    edit(directory / "assistance.toml", '"green"', '"gren"')
    assert [Path(fault.split(":")[0]).name for fault in faults_of(directory)] == ["assistance.toml", "au.toml"]


@pytest.mark.parametrize("name", ["__init__.py", "au.py", "nz.tml", "__pycache__"])
def test_nothing_but_toml_and_notes_may_stand_in_the_directory(directory: Path, name: str) -> None:
    path = directory / name
    path.write_text("") if "." in name else path.mkdir()
    (fault,) = faults_of(directory)
    assert name in fault


def test_notes_and_hidden_files_are_passed_over(directory: Path) -> None:
    (directory / "README.md").write_text("# Notes")
    (directory / ".gitkeep").write_text("")
    assert len(load_catalogue(directory).collections) == 3


def test_an_empty_or_absent_directory_stops_the_start(tmp_path: Path) -> None:
    assert "holds no collection file" in faults_of(tmp_path)[0]
    assert "is not a directory" in faults_of(tmp_path / "absent")[0]
