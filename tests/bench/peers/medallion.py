"""medallion 3.0.0 with its memory backend, the TAXII 2.1 server of OASIS, in an environment of its own."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.bench.client import Target
from tests.bench.peers.installing import Environment, await_answer
from tests.support.serving import free_port

PACKAGES: Final = ("medallion==3.0.0", "setuptools<81")
_USER, _PASSWORD = "bench", "bench"
_COLLECTION: Final = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
_PROGRAM: Final = """
import io, json, sys
from flask import Flask
from medallion import auth, handle_backend_error, handle_processing_error
from medallion.backends.memory_backend import MemoryBackend
from medallion.exceptions import BackendError, ProcessingError
from medallion.views.collections import collections_bp
from medallion.views.discovery import discovery_bp
from medallion.views.manifest import manifest_bp
from medallion.views.objects import objects_bp
from werkzeug.serving import make_server, WSGIRequestHandler

WSGIRequestHandler.protocol_version = "HTTP/1.1"
WSGIRequestHandler.log_request = lambda *args: None
app = Flask("medallion")
app.medallion_backend = MemoryBackend(filename=io.StringIO(sys.argv[2]))
app.taxii_config = {"max_page_size": 1000}
app.users_backend = {}
for blueprint in (collections_bp, discovery_bp, manifest_bp, objects_bp):
    app.register_blueprint(blueprint)
app.register_error_handler(ProcessingError, handle_processing_error)
app.register_error_handler(BackendError, handle_backend_error)
auth.verify_password(lambda username, password: True)
make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True).serve_forever()
"""


class Medallion:
    """The server, installed into a directory when it is started for the first time."""

    def __init__(self, directory: Path) -> None:
        self._environment = Environment(directory, *PACKAGES)

    @contextmanager
    def started(self) -> Iterator[Target]:
        """Run a new process for as long as the block runs: empty, for medallion slows with what it holds."""
        port = free_port()
        command = [str(self._environment.programs / "python"), "-c", _PROGRAM, str(port), json.dumps(_DATA)]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            await_answer(f"http://127.0.0.1:{port}/taxii2/")
            yield Target(
                host="127.0.0.1",
                port=port,
                path=f"/api1/collections/{_COLLECTION}/objects/",
                username=_USER,
                token=_PASSWORD,
            )
        finally:
            process.terminate()
            process.wait(timeout=30)


_DATA: Final = {
    "/discovery": {"title": "Peer", "default": "/api1/", "api_roots": ["/api1/"]},
    "api1": {
        "information": {
            "title": "Root",
            "versions": ["application/taxii+json;version=2.1"],
            "max_content_length": 104_857_600,
        },
        "status": [],
        "collections": [
            {
                "id": _COLLECTION,
                "title": "Indicators",
                "can_read": True,
                "can_write": True,
                "media_types": ["application/stix+json;version=2.1"],
                "objects": [],
                "manifest": [],
            }
        ],
    },
}
