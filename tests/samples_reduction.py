"""Samples of reductions, orderings, running totals, and choosing by index; see `samples.py`."""

from __future__ import annotations

from tests.sampling import Sample

REDUCTIONS: list[Sample] = []
