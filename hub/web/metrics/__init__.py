"""Metrics: `GET /metrics`, in the text format of Prometheus, for those who run the hub."""
