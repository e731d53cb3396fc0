"""Parts, decisions, links, download sessions and the one gate."""
