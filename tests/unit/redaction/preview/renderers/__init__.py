"""Mirrors the tree of the package under test."""
