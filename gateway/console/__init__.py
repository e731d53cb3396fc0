"""The web console: server-rendered pages with small islands."""
