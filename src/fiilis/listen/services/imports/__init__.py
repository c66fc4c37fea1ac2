"""Importing a file of answers: a dry run with a report, the run, and taking it back as a whole."""

from fiilis.listen.services.imports.planning import Plan, plan
from fiilis.listen.services.imports.report import Refused, Report, Why
from fiilis.listen.services.imports.running import Outcome, Progress, begin_undo, finish_undo, run, undo
from fiilis.listen.services.imports.source import Broken
from fiilis.listen.services.imports.tables import readable

__all__ = [
    "Broken", "Outcome", "Plan", "Progress", "Refused", "Report", "Why", "begin_undo", "finish_undo", "plan",
    "readable", "run", "undo",
]  # fmt: skip
