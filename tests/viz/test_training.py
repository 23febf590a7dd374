"""A watched loop counts as range does, keeps what it is told, and ends when it is asked to."""

from __future__ import annotations

import re
import signal
import sys
import threading
import time
import weakref

import nbformat
import pytest

import teachgrad as tg
from notebooks import build
from teachgrad.viz import live_training, screen


def test_it_yields_what_range_yields():
    live = live_training(4)
    assert list(live) == list(range(4))
    assert (live.done, len(live)) == (4, 4)


def test_reports_stand_at_the_number_of_epochs_done():
    live = live_training(3)
    live.report(test_loss=9)
    for epoch in live:
        live.report(training_loss=epoch, test_loss=tg.tensor([0.5], requires_grad=True))
    assert live.history == {"test loss": {0: 9.0, 1: 0.5, 2: 0.5, 3: 0.5}, "training loss": {1: 0.0, 2: 1.0, 3: 2.0}}


def test_the_last_report_of_an_epoch_counts():
    live = live_training(1)
    for _ in live:
        live.report(loss=2)
        live.report(loss=1)
    assert live.history == {"loss": {1: 1.0}}


def test_a_report_keeps_no_graph():
    live = live_training(1)
    for _ in live:
        loss = (tg.ones(3, requires_grad=True) * 2).sum()
        live.report(loss=loss)
    still_there = weakref.ref(loss)
    del loss
    assert still_there() is None
    assert live.history == {"loss": {1: 6.0}}


def test_more_than_one_number_is_no_report():
    live = live_training(1)
    with pytest.raises(ValueError, match="size 1"):
        live.report(loss=tg.ones(2))


def test_another_loop_goes_on_where_the_last_one_was_left():
    live = live_training(5)
    for epoch in live:
        live.report(loss=10 - epoch)
        if epoch == 2:
            break
    assert live.done == 2  # the third was not finished
    assert list(live) == [2, 3, 4]
    assert live.history == {"loss": {1: 10.0, 2: 9.0, 3: 8.0}}


def test_another_loop_after_the_end_trains_as_long_again():
    live = live_training(2)
    assert list(live) + list(live) == [0, 1, 2, 3]
    assert live.figure.alt == "Training, 4 of 4 epochs."


def test_a_pause_is_cut_short_by_a_stop():
    began = time.monotonic()
    for _ in live_training(2, pause=0.05):
        pass
    assert time.monotonic() - began >= 0.09
    for _ in live_training(2, pause=600):
        signal.raise_signal(signal.SIGINT)


# Being stopped


def test_an_interrupt_ends_the_loop_after_the_epoch_and_the_code_below_goes_on():
    before = signal.getsignal(signal.SIGINT)
    live, body = live_training(10), []
    for epoch in live:
        if epoch == 3:
            signal.raise_signal(signal.SIGINT)
        body.append(epoch)  # still runs
    assert body == [0, 1, 2, 3]
    assert live.figure.alt == "Training, stopped after 4 of 10 epochs."
    assert signal.getsignal(signal.SIGINT) is before
    assert list(live) == [4, 5, 6, 7, 8, 9]
    assert live.figure.alt == "Training, 10 of 10 epochs."


def test_a_second_interrupt_breaks_off():
    before = signal.getsignal(signal.SIGINT)
    live = live_training(10)

    def loop():
        for _ in live:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        loop()
    assert signal.getsignal(signal.SIGINT) is before
    assert live.done == 0
    assert live.figure.alt == "Training, stopped after 0 of 10 epochs."


def test_an_error_in_the_body_leaves_the_signals_as_they_were():
    before = signal.getsignal(signal.SIGINT)

    def loop():
        for _ in live_training(10):
            raise ValueError("the body's own")

    with pytest.raises(ValueError, match="the body's own"):
        loop()
    assert signal.getsignal(signal.SIGINT) is before


def test_it_runs_in_a_thread_too():
    seen = []
    thread = threading.Thread(target=lambda: seen.extend(live_training(3)))
    thread.start()
    thread.join()
    assert seen == [0, 1, 2]


# Being paused


def test_a_pause_holds_the_loop_until_it_goes_on():
    live, body = live_training(4), []
    seen = []

    def wait_and_go_on():
        while not body or live.figure.alt != "Training, paused after 2 of 4 epochs.":
            time.sleep(0.01)
        seen.append(list(body))
        time.sleep(0.1)
        seen.append(list(body))
        live._hear("continue")

    other = threading.Thread(target=wait_and_go_on)
    other.start()
    for epoch in live:
        body.append(epoch)
        if epoch == 1:
            live._hear("pause")
    other.join()
    assert seen == [[0, 1], [0, 1]]
    assert body == [0, 1, 2, 3]
    assert live.figure.alt == "Training, 4 of 4 epochs."


@pytest.mark.parametrize(
    "end",
    [lambda live: live._hear("stop"), lambda live: signal.raise_signal(signal.SIGINT)],
    ids=["the button", "an interrupt"],
)
def test_a_stop_ends_a_pause(end):
    live = live_training(4)
    for epoch in live:
        if epoch == 1:
            live._hear("pause")
            end(live)
    assert live.figure.alt == "Training, stopped after 2 of 4 epochs."
    assert list(live) == [2, 3]


# Being seen


def shown(live):
    """The words in the picture."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", live.figure.svg)


def test_what_ends_in_the_same_word_shares_a_panel():
    live = live_training(2, unit="step")
    for _ in live:
        live.report(training_loss=1.0, accuracy=0.5, test_loss=2.0)
    assert [word for word in shown(live) if word in ("loss", "accuracy (%)")] == ["loss", "accuracy (%)"]
    assert shown(live).count("training") == shown(live).count("test") == 1
    assert "2 of 2 steps: training loss 1, accuracy 50 %, test loss 2" in shown(live)
    assert (
        repr(live) == "Training, 2 of 2 steps: training loss stays at 1; test loss stays at 2; accuracy stays at 50 %."
    )


def test_the_bar_is_as_long_as_what_is_done():
    live = live_training(4)
    for epoch in live:
        if epoch == 1:
            break
    whole, done = (
        float(re.search(rf'class="tg-{look}"[^>]*width="([\d.]+)"', live.figure.svg)[1]) for look in ("awaited", "done")
    )
    assert done == pytest.approx(whole / 4)


def test_the_path_and_the_fit_follow_the_parameters():
    w, b = tg.tensor([1.0], requires_grad=True), tg.tensor(0.0, requires_grad=True)
    x = tg.tensor([[0.0], [2.0]])
    live = live_training(3, fit=(x, x, lambda x: w * x + b), path={"w": w, "b": b})
    for _ in live:
        with tg.no_grad():
            w += 1
    assert live.figure.alt == (
        "Training, 3 of 3 epochs: the model's line from (0.0, 0.0) to (2.0, 8.0); w 1.0 to 4.0, b 0.0 to 0.0."
    )
    assert w.grad is None
    assert w.grad_fn is None


def test_the_boundary_follows_the_model():
    x, y = tg.tensor([[-1.0, 0.0], [1.0, 0.0], [2.0, 1.0]]), [0, 1, 1]
    shift = tg.tensor(-5.0, requires_grad=True)
    live = live_training(2, boundary=(x, y, lambda x: x[:, :1] + shift))
    assert live.figure.alt.endswith("0 of 2 epochs: 33 % of the points are on their side of the boundary.")
    for _ in live:
        with tg.no_grad():
            shift += 2.5
    assert live.figure.alt.endswith("2 of 2 epochs: 100 % of the points are on their side of the boundary.")
    assert shift.grad is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"epochs": 1, "boundary": ([[1.0]], [0], lambda x: x)}, r"x has the shape \(1, 1\), y has 1 number"),
        ({"epochs": 0}, "at least 1"),
        ({"epochs": 1, "path": {"w": tg.ones(1)}}, "two parameters"),
        ({"epochs": 1, "path": {"w": tg.ones(1), "b": tg.ones(2)}}, "one element"),
        ({"epochs": 1, "fit": ([1.0], [1.0, 2.0], lambda x: x)}, "x has 1 numbers, y has 2"),
    ],
)
def test_what_cannot_be_shown_is_refused_before_training(settings, words):
    with pytest.raises(ValueError, match=words):
        live_training(**settings)


def test_the_picture_is_small_and_made_quickly_enough():
    live = live_training(100)
    for epoch in live:
        live.report(
            **{f"{part}_{what}": 1 / (epoch + 1) for part in ("training", "test") for what in ("loss", "accuracy")}
        )
    assert len(live.figure.html) < 40_000


NOTEBOOK = """\
# %%
from teachgrad import viz
live = viz.live_training(3)
for epoch in live:
    live.report(loss=1 / (epoch + 1))
print("after")
"""


def test_a_saved_notebook_holds_the_last_picture_and_no_widget(tmp_path, monkeypatch):
    (tmp_path / "src").mkdir()
    monkeypatch.setattr(build, "NOTEBOOKS", tmp_path)
    build.source_path("01_loop").write_text(NOTEBOOK, encoding="utf-8")
    notebook = nbformat.reads(build.build("01_loop"), as_version=4)
    picture, after = notebook.cells[0].outputs
    assert picture.data["text/plain"] == "Training, 3 of 3 epochs: loss 1 to 0.333."
    assert picture.data["text/html"].startswith("<figure")
    assert set(picture.data) == {"text/plain", "text/html"}
    assert after.text == "after\n"


class Place:
    """Stands in for a cell's output."""

    def __init__(self):
        self.shown = []

    def __call__(self, bundle, **options):
        assert options == {"raw": True, "display_id": True}
        self.shown.append(bundle)
        return self

    def update(self, bundle, raw):
        assert raw
        self.shown.append(bundle)


@pytest.fixture
def place(monkeypatch):
    import IPython.display

    there = Place()
    monkeypatch.setattr(screen, "in_a_notebook", lambda: True)
    monkeypatch.setattr(screen, "PAUSE", 0)
    monkeypatch.setattr(IPython.display, "display", there)
    return there


def widget(place):
    import ipywidgets

    return ipywidgets.Widget.widgets[place.shown[0][screen.VIEW]["model_id"]]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Widget.widgets
def test_the_stop_button_ends_the_loop_and_leaves_the_picture(place):
    live, body = live_training(10), []
    for epoch in live:
        if epoch == 2:
            widget(place)._handle_custom_msg("stop", [])
        body.append(epoch)
    assert body == [0, 1, 2]
    first, last = place.shown
    assert set(first) == {"text/plain", "text/html", screen.VIEW}
    assert last["text/plain"] == "Training, stopped after 3 of 10 epochs."
    assert set(last) == {"text/plain", "text/html"}


TOLD = ["Training, 0 of 3 epochs.", "Training, 1 of 3 epochs: loss 0.", "Training, 2 of 3 epochs: loss 0 to 1."]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_picture_changes_while_the_loop_runs_and_the_widget_is_closed(place):
    seen = []
    live = live_training(3)
    for epoch in live:
        there = widget(place)
        there._handle_custom_msg("hello", [])
        seen.append(re.findall(r'alt="([^"]*)"', there.page)[0])
        live.report(loss=epoch)
    assert seen == TOLD
    assert there.comm is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_page_that_is_still_loading_the_widget_may_finish_that(place):
    live = live_training(1)
    for _ in live:
        there = widget(place)
    assert there.comm is not None
    there._handle_custom_msg("hello", [])
    assert there.comm is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pausing_is_offered_to_a_page_that_is_heard(place):
    heard = []
    live = live_training(2)
    for _ in live:
        there = widget(place)
        heard.append(there.heard)
        there._handle_custom_msg("hello", [])
    assert heard == [False, True]


def test_without_widgets_the_output_changes_instead(place, monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    screen._widget.cache_clear()
    live = live_training(3)
    for epoch in live:
        live.report(loss=epoch)
    assert [bundle["text/plain"] for bundle in place.shown[:3]] == TOLD
    assert all(set(bundle) == {"text/plain", "text/html"} for bundle in place.shown)


def test_the_pictures_of_a_fast_loop_do_not_slow_it_down(place, monkeypatch):
    monkeypatch.setattr(screen, "PAUSE", 3600)
    drawn, live = [], live_training(500)
    draw = live._draw
    monkeypatch.setattr(live, "_draw", lambda: drawn.append(0) or draw())
    for epoch in live:
        live.report(loss=epoch)
    assert len(drawn) == 2  # the first and the last
