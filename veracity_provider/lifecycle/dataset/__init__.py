"""A dataset: found by its name, or made by an ingest job that is started once."""
