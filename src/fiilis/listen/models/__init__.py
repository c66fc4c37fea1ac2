"""Listen's tables."""

from fiilis.listen.models.feedback import Feedback
from fiilis.listen.models.imports import Import
from fiilis.listen.models.survey import Survey, Version
from fiilis.listen.models.uploads import RememberedColumns, Upload

__all__ = ["Feedback", "Import", "RememberedColumns", "Survey", "Upload", "Version"]
