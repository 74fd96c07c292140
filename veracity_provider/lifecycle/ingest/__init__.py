"""The two resources of an ingest: the upload, and the job that is started for it."""
