"""Authenticated streaming encryption and the keys that open it."""
