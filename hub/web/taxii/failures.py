"""Every error ends as a TAXII error resource, whoever raised it (TAXII 2.1 §3.1, §3.6.1)."""

from http import HTTPStatus

from flask import Response
from medallion.exceptions import MedallionError

from hub.web.errors import Failure, failure_of, failure_with
from hub.web.taxii import resources
from hub.web.taxii.negotiation import MEDIA_TYPE


def error_resource_of(error: Exception) -> Response:
    """Answer an error, medallion's and the unforeseen ones included."""
    failure = _failure_of_medallion(error) if isinstance(error, MedallionError) else failure_of(error)
    response = Response(resources.error(failure), failure.status, content_type=MEDIA_TYPE)
    response.headers.extend(failure.headers)
    return response


def _failure_of_medallion(error: MedallionError) -> Failure:
    return failure_with(HTTPStatus(error.status), str(error))
