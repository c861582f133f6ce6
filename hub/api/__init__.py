"""The REST API, `/api/v1`: tokens for programs, the console's session for people."""
