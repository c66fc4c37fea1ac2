"""The whole `fiilis` command: importing this module registers every command."""

from fiilis.config.cli import simulating
from fiilis.config.cli.commands import fiilis

__all__ = ["fiilis", "simulating"]
