"""Consent, rights, retention."""
