"""Tokens, and who calls."""
