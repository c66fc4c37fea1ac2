"""Pages of listen: what customers answer, and where surveys are made."""
