"""Forms of listen."""
