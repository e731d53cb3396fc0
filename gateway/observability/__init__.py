"""Logs, metrics and probes that cannot name a person."""
