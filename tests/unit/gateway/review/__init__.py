"""Tests of gateway/review."""
