"""A TAXII 2.1 server that is not the hub: medallion's blueprints and memory backend, run as a program of its own.

It prints its port as the first line, and knows one account.
"""

import io
import json
from typing import Final

from flask import Flask
from medallion import auth, handle_backend_error, handle_processing_error
from medallion.backends.memory_backend import MemoryBackend
from medallion.exceptions import BackendError, ProcessingError
from medallion.views.collections import collections_bp
from medallion.views.discovery import discovery_bp
from medallion.views.manifest import manifest_bp
from medallion.views.objects import objects_bp
from werkzeug.serving import make_server

USERNAME: Final = "au-cert/feed"
TOKEN: Final = "geheim-Ü:1"
COLLECTION: Final = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
READ_ONLY: Final = "52892447-4d7e-4f70-b94d-d7f22742ff63"
MAX_CONTENT_LENGTH: Final = 100_000
PAGE_SIZE: Final = 100


def _collection(name: str, title: str, *, writable: bool) -> dict[str, object]:
    return {
        "id": name,
        "title": title,
        "can_read": True,
        "can_write": writable,
        "media_types": ["application/stix+json;version=2.1"],
        "objects": [],
        "manifest": [],
    }


DATA: Final = {
    "/discovery": {"title": "Peer", "default": "/api1/", "api_roots": ["/api1/", "https://elsewhere.example/api1/"]},
    "api1": {
        "information": {
            "title": "Root",
            "versions": ["application/taxii+json;version=2.1"],
            "max_content_length": MAX_CONTENT_LENGTH,
        },
        "status": [],
        "collections": [
            _collection(COLLECTION, "Indicators", writable=True),
            _collection(READ_ONLY, "Look, do not touch", writable=False),
        ],
    },
}


def build() -> Flask:
    """Make the application."""
    app = Flask(__name__)
    app.__dict__["medallion_backend"] = MemoryBackend(filename=io.StringIO(json.dumps(DATA)))
    app.__dict__["taxii_config"] = {"max_page_size": PAGE_SIZE}
    app.__dict__["users_backend"] = {}
    for blueprint in (collections_bp, discovery_bp, manifest_bp, objects_bp):
        app.register_blueprint(blueprint)
    app.register_error_handler(ProcessingError, handle_processing_error)
    app.register_error_handler(BackendError, handle_backend_error)
    auth.verify_password(lambda username, token: (username, token) == (USERNAME, TOKEN))
    auth.error_handler(lambda _status: ({"title": "Unauthorized"}, 401))
    return app


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, build(), threaded=True)
    print(server.port, flush=True)  # noqa: T201 -- how the test learns the port
    server.serve_forever()
