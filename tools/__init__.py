"""The workflow behind the Makefile; nothing but Python's own library, since it makes everything else."""
