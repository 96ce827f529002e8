"""What a caller has seen, so that nobody changes what they haven't."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.api.region import Caller


def test_a_resource_that_is_still_the_same_is_not_sent_again(olga: Caller) -> None:
    tag = olga.get("/organisations/jp-cert").headers["ETag"]
    for known in (tag, f'W/{tag}, "other"', "*"):
        answer = olga.call("GET", "/organisations/jp-cert", headers={"If-None-Match": known})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
    assert olga.call("GET", "/organisations/jp-cert", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_resource_is_the_same_in_every_coding_and_each_has_its_tag(olga: Caller) -> None:
    path, refuse = "/organisations/jp-cert", "identity;q=0"
    plain = olga.get(path).headers["ETag"]
    for coding in ("gzip", "zstd"):
        asked = {"Accept-Encoding": f"{coding}, {refuse}"}
        coded = olga.call("GET", path, headers=asked)
        tag = coded.headers["ETag"]
        assert (coded.headers["Content-Encoding"], tag) == (coding, f'{plain[:-1]}-{coding}"')
        again = olga.call("GET", path, headers=asked | {"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
        assert again.headers["Vary"] == "Accept-Encoding"
    assert olga.patch(path, {"cross_border": True}, if_match=tag).status_code == 200
    assert olga.patch(path, {"cross_border": False}, if_match=tag).status_code == 412


def test_a_change_gives_the_tag_of_what_is_now(olga: Caller) -> None:
    changed = olga.patch("/organisations/jp-cert", {"cross_border": True})
    assert changed.status_code == 200, changed.text
    assert changed.headers["ETag"] == olga.get("/organisations/jp-cert").headers["ETag"]


def test_a_change_of_what_is_not_so_any_more_is_refused(olga: Caller) -> None:
    seen = olga.get("/members/JP").headers["ETag"]
    assert olga.patch("/members/JP", {"name": "Nippon"}, if_match=seen).status_code == 200
    refused = olga.patch("/members/JP", {"name": "Nihon"}, if_match=seen)
    assert (refused.status_code, refused.json["code"]) == (412, "CHANGED_MEANWHILE")
    assert olga.get("/members/JP").json["name"] == "Nippon"


def test_a_weak_tag_changes_nothing(olga: Caller) -> None:
    seen = olga.get("/members/JP").headers["ETag"]
    assert olga.patch("/members/JP", {"name": "Nihon"}, if_match=f"W/{seen}").status_code == 412
    assert olga.patch("/members/JP", {"name": "Japan"}, if_match=f'"other", {seen}').status_code == 200


def test_a_change_without_a_tag_changes_whatever_it_is(olga: Caller) -> None:
    assert olga.post("/members/KR/suspend").status_code == 200
    assert olga.post("/members/KR/activate", if_match="*").status_code == 200


def test_of_two_changes_of_the_same_thing_seen_one_is_made(olga: Caller) -> None:
    together = Barrier(2)

    def change(name: str) -> int:
        seen = olga.get("/members/SG").headers["ETag"]
        together.wait()
        return olga.patch("/members/SG", {"name": name}, if_match=seen).status_code

    with ThreadPoolExecutor(2) as pool:
        for turn in range(10):
            statuses = pool.map(change, (f"One {turn}", f"Other {turn}"))
            assert sorted(statuses) == [200, 412]
