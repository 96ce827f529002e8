"""The administration API: `/api/v1`, JSON, described by an OpenAPI document that is made from this code."""
