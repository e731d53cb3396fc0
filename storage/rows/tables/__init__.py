"""All tables, registered under one MetaData."""

from storage.rows.schema import metadata
from storage.rows.tables import alerts, identity, intake, review, transfer

__all__ = ["alerts", "identity", "intake", "metadata", "review", "transfer"]
