"""What every slice stands on: workspaces, users, permissions, audit, outbox, leases, live topics and the registries."""
