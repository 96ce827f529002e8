"""The signed positions that a page's `next` carries."""

import pytest

from hub.domain.errors import RequestError
from hub.domain.identifiers import Tick
from hub.web.taxii.cursors import Cursors

CURSORS = Cursors(b"0123456789abcdef0123456789abcdef")
POSITION = Tick(1_763_913_600_000_001)


@pytest.mark.parametrize("position", [Tick(0), POSITION, Tick(2**62), Tick(-62_135_596_800_000_000)])
def test_a_position_comes_back_as_it_went(position: Tick) -> None:
    assert CURSORS.read(CURSORS.issue(position)) == position


def test_F_16_another_process_with_the_same_key_reads_it() -> None:
    assert Cursors(CURSORS.key).read(CURSORS.issue(POSITION)) == POSITION


def test_a_cursor_needs_no_escaping_in_a_url() -> None:
    assert all(character.isalnum() or character in "-_" for character in CURSORS.issue(Tick(0x3E_FF_BF)))


def test_F_13_every_changed_character_is_noticed() -> None:
    cursor = CURSORS.issue(POSITION)
    for place, character in enumerate(cursor):
        changed = cursor[:place] + ("A" if character != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(RequestError):
            CURSORS.read(changed)


@pytest.mark.parametrize("text", ["", "garbage", "====", "ä", "A" * 22, "A" * 10_000, "AAAA AAAA"])
def test_F_13_what_the_hub_has_not_written_is_refused(text: str) -> None:
    with pytest.raises(RequestError):
        CURSORS.read(text)


@pytest.mark.parametrize("ornament", ["{}=", "{}==", "{}A", " {}", "{}\n"])
def test_F_13_there_is_one_spelling_of_a_position(ornament: str) -> None:
    with pytest.raises(RequestError):
        CURSORS.read(ornament.format(CURSORS.issue(POSITION)))


def test_F_14_a_position_signed_with_another_key_is_refused() -> None:
    with pytest.raises(RequestError):
        CURSORS.read(Cursors(b"another key").issue(POSITION))
