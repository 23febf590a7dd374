"""What the lessons share: experiments with sliders, bets, checks, and a doctor for the installation.

Top floor: it may use everything below, and nothing below knows of it. What a single lesson needs stands in that lesson.
"""

from teachgrad.course.answers import attempted, check, compare
from teachgrad.course.doctor import doctor
from teachgrad.course.experiment import explore

__all__ = ["attempted", "check", "compare", "doctor", "explore"]
