"""The hot path: door, check, inbox; nothing else."""
