"""check, hint and solution as a learner calls them; what they keep; and what a marker gets instead."""

import re

import pytest

from teachgrad.course import check, hint, panel, practice, solution
from teachgrad.course.diary import diary
from teachgrad.course.exercises import find
from teachgrad.course.judging import judge

RIGHT = find("05-2").made(find("05-2").solution)
WRONG = find("05-3").made(find("05-3").wrong["zeros"].source)


def said(capsys):
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def entry(key):
    return diary().entry("exercises", key)


def test_right(capsys):
    assert check("05-2", RIGHT) is None
    assert said(capsys) == "05-2: right.\n"
    assert entry("05-2") == {"tries": 1, "right": True, "points": 2}


def test_the_answer_is_found_by_its_name(capsys):
    exec("check('05-5')", {"check": check, "reason": "b"})
    assert said(capsys) == "05-5: right.\n"
    exec("check('05-5')", {"check": check})
    assert "There is no reason yet: run the cell that makes it." in said(capsys)


def test_wrong(capsys):
    check("05-3", WRONG)
    first, *rest = said(capsys).splitlines()
    assert first.startswith("05-3: not yet. vjp(f=pair_to_three, x=[2, 3], v=[0.5, -2, 3]): yours is [0, 0]")
    assert rest == [
        "  All zeros: no gradient arrived. Did you call backward()?",
        "  Your gradient beside the true one: 2 of 2 entries differ.",
        "  Right so far: vjp takes what it should.",
        '  hint("05-3") opens a hint.',
    ]
    assert entry("05-3") == {"tries": 1, "right": False, "points": 0}


def test_not_attempted_is_no_try(capsys):
    check("05-5", ...)
    assert said(capsys).startswith("05-5: not attempted. ")
    assert entry("05-5") == {}


def test_once_right_is_kept(capsys):
    check("05-5", "b")
    check("05-5", "a")
    assert entry("05-5") == {"tries": 2, "right": True, "points": 1}


def test_an_unknown_exercise_is_a_sentence(capsys):
    for call in (check, hint, solution):
        call("05-22")
        assert said(capsys) == "There is no exercise '05-22'; did you mean '05-2'?\n"


def test_hints_open_one_at_a_time(capsys):
    for opened in (1, 2, 3, 3):
        hint("05-3")
        assert said(capsys).count("Hint ") == opened
    assert entry("05-3") == {"hints": 3}


def test_a_solution_is_asked_for_twice(capsys):
    hint("05-3")
    said(capsys)
    solution("05-3")
    assert said(capsys) == '05-3: hints left to open: 2. Call solution("05-3") once more, and you see the solution.\n'
    assert "solution" not in entry("05-3")
    solution("05-3")
    assert said(capsys).strip() == find("05-3").solution.strip()
    assert entry("05-3")["solution"]


@pytest.mark.parametrize("variable", ["NBGRADER_EXECUTION", "TEACHGRAD_STRICT"])
def test_where_marks_are_given_what_is_not_right_raises(capsys, monkeypatch, variable):
    monkeypatch.setenv(variable, "1")
    check("05-2", RIGHT)
    assert said(capsys) == "05-2: right.\n"
    for answer in (WRONG, ...):
        with pytest.raises(AssertionError, match=r"05-3: not (yet|attempted)\.") as raised:
            check("05-3", answer)
        assert raised.value._render_traceback_() == [str(raised.value)]
        last = str(raised.value).splitlines()[-1]
        with pytest.raises(ValueError, match="could not convert"):
            float(last)  # a number there would be taken for points
    assert said(capsys) == ""


# --- in a notebook -----------------------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch):
    """What panels show, as if there were a notebook: (text, page, widget)."""
    found = []
    monkeypatch.setattr(
        practice.panel, "show", lambda text, page, controls=None: found.append((text, page, controls and controls()))
    )
    return found


def press(widget, name):
    """Press a button in a panel."""
    (button,) = [part for part in parts(widget) if getattr(part, "description", None) == name]
    button.click()
    return button


def parts(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from parts(child)


def text_of(widget):
    return " ".join(part.value for part in parts(widget) if isinstance(getattr(part, "value", None), str))


def test_a_verdict_is_a_word_and_a_sign_beside_its_colour(shown):
    check("05-2", RIGHT)
    check("05-3", WRONG)
    check("05-5", ...)
    for (_, page, _), status in zip(shown, ("right", "not yet", "not attempted"), strict=True):
        assert f": {status}</strong>" in page
        assert panel.SIGNS[status] in page
        assert panel.COLOURS[status] in page
    assert len(set(panel.SIGNS.values())) == 3


def test_the_static_twin_says_what_the_buttons_do(shown):
    check("05-3", WRONG)
    _, page, widget = shown[0]
    assert '<code>hint("05-3")</code> opens a hint' in page
    assert "hint(" not in text_of(widget)
    assert re.sub(r"<p[^>]*><code>hint.*?</p>", "", page) == next(parts(widget.children[0])).value


def test_buttons_open_hints_and_ask_before_the_solution(shown):
    check("05-3", WRONG)
    widget = shown[0][2]
    press(widget, "Hint")
    assert "Hint 1 of 3" in text_of(widget)
    press(widget, "Hint")
    assert press(widget, "Hint").disabled
    assert text_of(widget).count("Hint ") == 3
    press(widget, "Solution")
    assert "all hints are open. Press once more" in text_of(widget)
    assert "<pre>" not in text_of(widget)
    press(widget, "Show it all the same")
    assert "<pre>def vjp(f, x, v):" in text_of(widget)
    assert entry("05-3")["solution"]


def test_what_is_right_needs_no_buttons(shown):
    check("05-2", RIGHT)
    assert not hasattr(shown[0][2], "children")


def test_what_a_learner_writes_is_no_markup(shown):
    def vjp(f, x, v):
        raise ValueError("<b>bold</b>")

    check("05-3", vjp)
    assert "&lt;b&gt;bold" in shown[0][1]
    assert judge(find("05-3"), vjp).status == "not yet"


def test_news_of_the_file_is_told_with_the_verdict(progress_file, capsys):
    progress_file.parent.mkdir()
    progress_file.write_text("{")
    check("05-5", "b")
    assert "was set aside as" in said(capsys)
    check("05-5", "b")
    assert said(capsys) == "05-5: right.\n"
