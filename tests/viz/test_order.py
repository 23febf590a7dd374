"""Every order of the lines is run, and the page finds the one that it is asked for."""

from __future__ import annotations

import json
import re

import pytest

from teachgrad.viz import explore_order


def run(lines):
    """A machine of two parts that must start before it goes."""
    if lines[:1] == ["go()"]:
        return "NameError: nothing has started.", []
    return "", [3.0, 1.0] if lines == ["start()", "go()"] else [3.0] * len(lines)


def test_every_choice_in_every_order_is_run_once():
    asked = []
    explored = explore_order(["a", "b", "c"], lambda lines: asked.append(tuple(lines)) or ("", [1.0]))
    assert len(asked) == len(set(asked)) == 6 + 6 + 3 + 1
    assert set(explored.outcomes) == {tuple("abc".index(line) for line in lines) for lines in asked}


def test_outcomes_are_told():
    assert explore_order(["start()", "go()"], run).outcomes == {
        (0, 1): "In this order: loss 3 to 1.",
        (1, 0): "NameError: nothing has started.",
        (0,): "In this order: loss 3.",
        (1,): "NameError: nothing has started.",
        (): "No loss is computed.",
    }


def data(figure):
    """What the page is given."""
    return json.loads(re.search(r"const data=(\{.*?\});for\(", figure.html)[1])


def test_the_page_holds_every_outcome_once():
    given = data(explore_order(["start()", "go()"], run))
    assert given["lines"] == ["start()", "go()"]
    assert set(given["orders"]) == {"01", "10", "0", "1", ""}
    assert given["orders"]["10"] == given["orders"]["1"]
    assert len(given["outcomes"]) == 4
    told = {order: given["outcomes"][place]["told"] for order, place in given["orders"].items()}
    assert told["01"] == "In this order: loss 3 to 1."
    assert all(outcome["picture"].startswith("<svg") for outcome in given["outcomes"])


def test_without_scripts_the_first_order_is_seen_and_told():
    explored = explore_order(["start()", "go()"], run)
    assert explored.alt == repr(explored) == "start(); go(). In this order: loss 3 to 1."
    assert 'alt="start(); go(). In this order: loss 3 to 1."' in explored.html
    assert "<pre>start()\ngo()</pre><p>Run this cell to move the lines.</p>" in explored.html


def test_a_line_is_shown_and_not_obeyed():
    hostile = "</script><b>"
    page = explore_order([hostile, "go()"], lambda lines: (f"{hostile} failed.", [])).html
    assert page.count("</script>") == 1
    assert "<b>" not in page


@pytest.mark.parametrize("lines", [[], ["a", "a"], list("abcdef")])
def test_too_many_or_equal_lines_are_refused(lines):
    with pytest.raises(ValueError, match="1 to 5 lines, all different"):
        explore_order(lines, run)
