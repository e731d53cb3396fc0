"""The composition root: the only room that names a concrete store."""
