"""The real server under kills, floods and faults: what was acknowledged is stored, whatever happens."""
