"""A schema: found by its name or made, and its columns kept as declared by versions."""
