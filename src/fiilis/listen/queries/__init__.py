"""Reads of listen: surveys, published versions, and feedback that may be seen."""
