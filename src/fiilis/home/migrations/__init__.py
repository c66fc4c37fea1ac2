"""Migrations of home."""
