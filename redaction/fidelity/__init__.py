"""Does the file still show the same drawing? Oracles that only read."""
