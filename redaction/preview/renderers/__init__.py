"""One module a family of formats: bytes in, pages out."""
