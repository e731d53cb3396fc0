"""Accounts, roles, sessions, invitations and API keys."""
