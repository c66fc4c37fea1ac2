"""Words shared inside the simulator."""

MADE_UP = "made-up"
"""Workspace.data_note of a made-up shop: every page says so."""
