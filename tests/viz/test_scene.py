"""Marks: what can be done to them without knowing what they show."""

from teachgrad.viz.scene import Circle, Group, Path, Rect, Text, Window, moved


def test_every_kind_of_mark_is_moved():
    marks = [
        Rect("frame", 1, 2, 3, 4),
        Path("edge", [("M", (1, 2)), ("C", (1, 2, 3, 4, 5, 6)), ("Z", ())]),
        Group("g", [Text("word", 1, 2, "a")]),
        Window(1, 2, 3, 4, [Circle("ball", 1, 2, 3)]),
    ]
    assert moved(marks, 10, 100) == [
        Rect("frame", 11, 102, 3, 4),
        Path("edge", [("M", (11, 102)), ("C", (11, 102, 13, 104, 15, 106)), ("Z", ())]),
        Group("g", [Text("word", 11, 102, "a")]),
        Window(11, 102, 3, 4, [Circle("ball", 11, 102, 3)]),
    ]
