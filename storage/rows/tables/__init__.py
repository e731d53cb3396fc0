"""All tables, registered under one MetaData."""

from storage.rows.schema import metadata
from storage.rows.tables import identity, intake, transfer

__all__ = ["identity", "intake", "metadata", "transfer"]
