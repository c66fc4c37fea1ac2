"""Sign-in, members and roles, audit pages, workspace settings."""
