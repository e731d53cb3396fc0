"""Copies of everything but the root key, made while the house is open, and brought back."""
