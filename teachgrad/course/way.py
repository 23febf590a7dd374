"""`progress()`: the way through the course as a picture, with what has been done on it.

Knows lessons, exercises and the diary; the picture knows nothing of how they were judged.
"""

from __future__ import annotations

from teachgrad.course.diary import diary
from teachgrad.course.exercises import exercises, lessons, questions
from teachgrad.lessons import LESSONS
from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Circle, Mark, Rect, Scene, Text, line

STEP, LEFT, TOP, DOT = 30.0, 34.0, 22.0, 18.0


def progress() -> Figure:
    """The lessons from top to bottom, each with a dot for every exercise, full where it is solved.

    >>> progress().alt.startswith("Your way: ")
    True
    """
    known = diary().read()
    done = {key for key, entry in known["exercises"].items() if entry.get("right")}
    marks: list[Mark] = [line("edge", (LEFT, TOP), (LEFT, TOP + STEP * (len(LESSONS) - 1)))]
    total = solved = 0
    for lesson in LESSONS:
        y = TOP + STEP * lesson.number
        asked = exercises(lesson.number)
        ready = [exercise.id in done for exercise in asked]
        total, solved = total + len(asked), solved + sum(ready)
        whole = bool(asked) and all(ready)
        marks.append(Circle("done" if whole else "start", LEFT, y, 8))
        marks.append(Text("legend", LEFT + 20, y + 4, f"{lesson.number:02} {lesson.title.partition(':')[0]}"))
        marks += [
            Rect("done" if fine else "constant", 270 + DOT * place, y - 7, 14, 14, 3)
            for place, fine in enumerate(ready)
        ]
        quiz = known["quizzes"].get(f"{lesson.number:02}")
        words = f"{sum(ready)} of {len(asked)} solved" if asked else ""
        if quiz and questions(lesson.number):
            words += f", {quiz.get('right')} of {quiz.get('of')} recalled"
        marks.append(Text("word", 400, y + 4, words))
    bets = [entry for entry in known["predictions"].values() if "right" in entry]
    told = f"Your way: {solved} of {total} exercises solved in {len(lessons())} lessons"
    told += f"; {sum(entry['right'] for entry in bets)} of {len(bets)} bets won." if bets else "."
    marks.append(Text("caption", LEFT - 10, TOP + STEP * len(LESSONS) + 6, told))
    details = f"{told} {sorted(done)} {known['quizzes']}"
    return Figure(Scene(640, TOP + STEP * len(LESSONS) + 20, marks), told, content=details)
