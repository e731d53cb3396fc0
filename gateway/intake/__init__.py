"""Uploads and the way of a drawing from quarantine to release."""
