"""The page at `/`: what the local Veracity holds and does, and its faults and clock, for people."""
