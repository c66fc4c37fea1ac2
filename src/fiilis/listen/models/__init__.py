"""Listen's tables."""

from fiilis.listen.models.feedback import Feedback
from fiilis.listen.models.imports import Import
from fiilis.listen.models.survey import Survey, Version

__all__ = ["Feedback", "Import", "Survey", "Version"]
