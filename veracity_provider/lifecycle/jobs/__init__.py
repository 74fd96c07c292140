"""Ingest jobs: what was done about each, what became of it, and its one start."""
