"""Settings, embedded servers, wiring and the process supervisor."""
