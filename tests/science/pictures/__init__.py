"""Pictures of the statistics handbook, drawn by code so that they can't go stale."""
