"""What stands in the Authorization header, and nowhere else."""

from hub.outbound.credentials import Credentials


def test_a_user_name_makes_it_basic_in_utf_8() -> None:
    assert Credentials(username="au-cert/ü", token="a:b").header == "Basic YXUtY2VydC/DvDphOmI="


def test_a_token_alone_is_a_bearer() -> None:
    assert Credentials(token="abc").header == "Bearer abc"


def test_a_token_is_not_printed() -> None:
    assert "abc" not in repr(Credentials(token="abc"))
