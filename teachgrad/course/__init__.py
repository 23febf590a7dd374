"""What the lessons share: experiments with sliders, bets, checks, hints, quizzes, and a doctor for the installation.

Top floor: it may use everything below, and nothing below knows of it. The exercises of lesson 05 stand in
`lesson05.py`, and so on; `exercises.py` says what an exercise is. What a learner does is kept in a file on this
machine (`diary.py`).
"""

from teachgrad.course.bets import predict, quiz, reveal
from teachgrad.course.doctor import doctor
from teachgrad.course.experiment import explore
from teachgrad.course.practice import check, hint, solution
from teachgrad.course.spelling import listen
from teachgrad.course.way import progress

__all__ = ["check", "doctor", "explore", "hint", "predict", "progress", "quiz", "reveal", "solution"]

listen()
