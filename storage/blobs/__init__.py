"""Sealed bytes under an id."""
