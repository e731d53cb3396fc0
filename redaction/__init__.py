"""The workshop: takes the people out of drawings and proves the drawing unchanged."""
