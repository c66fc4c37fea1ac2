"""What the main database knows of the lake: with it a lost, restored or foreign lake is noticed, never read past."""

from django.db import models

from fiilis.core import clock, ids


class FactTable(models.Model):
    """One fact table: the series of batches that it was made from and the last batch that was committed to it.

    A database restored from a backup is behind its lake, a lost lake is behind its database: then the numbers differ
    and the facts are made anew.
    """

    name = models.CharField(max_length=40, primary_key=True)
    lineage = models.CharField(max_length=20, default=ids.public_code)
    number = models.BigIntegerField(default=0)
    began_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.name} at batch {self.number}"
