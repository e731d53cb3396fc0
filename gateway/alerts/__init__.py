"""Alerts: when the people who review are called, why, and what they made of it."""
