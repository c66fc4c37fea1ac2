"""Reads of the simulator: an ordinary dashboard beside ours, and what of the planted truths was found."""
