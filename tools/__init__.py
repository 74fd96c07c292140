"""The workflow behind the Makefile; what sets up needs nothing but Python's own library."""
