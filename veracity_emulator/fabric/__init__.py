"""Data Fabric: containers and their metadata."""
