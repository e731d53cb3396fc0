"""Runs the migrations on an open connection.

Room: storage/rows. Alembic, driven from code: there is no alembic.ini to lose.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for ``connection``."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest revision; nothing happens when it is there."""
    command.upgrade(configuration(connection), "head")
