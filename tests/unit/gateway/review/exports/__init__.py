"""Tests of gateway/review/exports."""
