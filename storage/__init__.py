"""The cellar: sealed bytes, rows, keys, and a log nobody can rewrite."""
