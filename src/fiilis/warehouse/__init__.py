"""Columnar facts that many processes read: tables, feeds, sync, engine."""
