"""Files nobody would make, for every handler, until one breaks: docs/explanation/fuzzing.md."""
