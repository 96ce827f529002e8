"""The TAXII surface keeps to itself: what it does to requests holds for its own paths alone."""

import pytest
from flask import Blueprint, Flask, Response, jsonify, request
from flask.testing import FlaskClient

from hub.runtime.web.building import build_web
from tests.taxii.caller import Caller
from tests.taxii.harness import Hub


def echo() -> Response:
    return jsonify({"method": request.method, "sent": request.get_json(silent=True)})


@pytest.fixture(scope="module")
def application(hub: Hub) -> Flask:
    made = build_web(hub.settings, hub.urls)
    other = Blueprint("other", __name__)
    other.add_url_rule("/other/", view_func=echo, methods=["GET", "POST"])
    made.register_blueprint(other)
    return made


@pytest.fixture
def client(application: Flask) -> FlaskClient:
    return application.test_client()


def test_another_surface_decides_itself_who_comes_in(client: FlaskClient) -> None:
    assert client.get("/other/").json == {"method": "GET", "sent": None}
    assert client.get("/taxii2/").status_code == 401


def test_another_surface_reads_and_writes_json(client: FlaskClient) -> None:
    answer = client.post("/other/", json={"a": [1]})
    assert (answer.json, answer.content_type) == ({"method": "POST", "sent": {"a": [1]}}, "application/json")


def test_every_answer_is_hardened(client: FlaskClient) -> None:
    assert client.get("/other/").headers["X-Content-Type-Options"] == "nosniff"


def test_two_applications_of_one_process_serve_side_by_side(application: Flask, hub: Hub, ana: Caller) -> None:
    beside = Caller(application=application, username=ana.username, token=ana.token)
    assert beside.get("/taxii2/").data == ana.get("/taxii2/").data
    assert hub.application is not application
