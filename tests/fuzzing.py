"""How many examples a property is held against: 200 in the suite, 200,000 in `make fuzz`."""

import os

EXAMPLES = int(os.environ.get("VERACITY_FUZZ_EXAMPLES", "200"))

PARTS = 4
"""Shares of the examples that are tests of their own, for workers to run side by side."""
