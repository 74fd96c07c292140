"""Veracity's APIs, one module each; the only place with wire names."""
