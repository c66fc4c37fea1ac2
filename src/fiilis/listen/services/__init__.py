"""Writes of listen: surveys and versions, the digest, imports, and the airport demo."""
