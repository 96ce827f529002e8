"""The stream: `GET /stream`, Server-Sent Events."""
