"""Real data for the lessons, shipped with the package: nothing is downloaded.

>>> from teachgrad.datasets import digits, penguins
>>> train, test = digits()

Where the files come from, how to cite them and under which licence they are: data/README.md.
"""

from teachgrad.datasets.loaders import PENGUIN_MEASUREMENTS, PENGUIN_SPECIES, digits, penguins, sonnets

__all__ = ["PENGUIN_MEASUREMENTS", "PENGUIN_SPECIES", "digits", "penguins", "sonnets"]
