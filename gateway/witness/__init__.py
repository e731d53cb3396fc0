"""Witnesses: asking those of others to sign our checkpoints, and signing those of other logs."""
