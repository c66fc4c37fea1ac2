"""What goes along with the outcome: R² divided between drivers, with intervals, ties and an importance table.

An association is all that answers of one moment can show; what changes the outcome is asked with an experiment.
"""

from fiilis.science.drivers.analysis import Caution, Division, Driver, Drivers, Note, analyse
from fiilis.science.drivers.correlations import Missing
from fiilis.science.drivers.priorities import Corner, Priorities, Priority, priorities
from fiilis.science.drivers.ratings import Ratings

__all__ = [
    "Caution",
    "Corner",
    "Division",
    "Driver",
    "Drivers",
    "Missing",
    "Note",
    "Priorities",
    "Priority",
    "Ratings",
    "analyse",
    "priorities",
]
