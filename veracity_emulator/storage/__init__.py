"""The Data Lake endpoint that uploads talk to."""
