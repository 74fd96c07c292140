"""Files on this machine and in Azure Data Lake: sources, fingerprints, and the uploader."""
