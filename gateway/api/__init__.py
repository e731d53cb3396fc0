"""HTTP: a handler reads the request, calls one use case, writes the response."""
