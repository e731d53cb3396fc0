"""Rows on SQLite or PostgreSQL; personal fields arrive here already sealed."""
