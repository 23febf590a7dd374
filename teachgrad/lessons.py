"""The lessons: number, file and title, in one place. Error messages point to them; tests hold the notebooks to them.

Ground floor. It knows nothing of what a lesson teaches.
"""

from __future__ import annotations

from typing import NamedTuple


class Lesson(NamedTuple):
    """A lesson: its number is its place in the course.

    Attributes:
        number: 0 to 16.
        name: of its file under notebooks/, without the ending.
        title: as it stands in the lesson's heading.
    """

    number: int
    name: str
    title: str


LESSONS = tuple(
    Lesson(number, f"{number:02}_{name}", title)
    for number, (name, title) in enumerate(
        [
            ("start_here", "Start here"),
            ("slope", "Slope: how much does the output move?"),
            ("gradient", "Many inputs: the gradient"),
            ("graphs", "Expressions are graphs"),
            ("chain_rule", "Chain rule: multiply along paths, add across paths"),
            ("backward", "backward() from the inside"),
            ("build_it", "Build it: autograd in 60 lines"),
            ("tensors", "Tensors: shapes, broadcasting, matmul"),
            ("bookkeeping", "Book-keeping: accumulate, zero, detach, no_grad, in-place"),
            ("descent", "Gradient descent"),
            ("training_loop", "The training loop"),
            ("modules", "Modules and parameters"),
            ("data", "Data: batches and order"),
            ("optimizers", "Optimizers"),
            ("depth", "Depth: vanishing, exploding, initialisation"),
            ("clinic", "Debug clinic and capstone"),
            ("beyond", "Beyond"),
        ]
    )
)


def pointer(number: int) -> str:
    """The sentence that sends a reader to a lesson; of a title in two parts the first will do.

    >>> pointer(5)
    'Lesson 05, backward() from the inside, explains it.'
    >>> pointer(8)
    'Lesson 08, Book-keeping, explains it.'
    """
    return f"Lesson {number:02}, {LESSONS[number].title.partition(':')[0]}, explains it."
