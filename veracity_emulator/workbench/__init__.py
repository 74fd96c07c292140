"""The Data Workbench gateway: workspaces, schemas, datasets and ingest jobs."""
