"""May this part go there? Facts in, decision with reasons out."""
