"""The player in a blank page: it plays, steps and scrubs, keeps keys to itself, and speaks to those who cannot see."""

from __future__ import annotations

import re

import pytest

import teachgrad as tg
from teachgrad import optim
from teachgrad.viz import animate_descent, draw_graph
from teachgrad.viz.scene import Circle, keyed
from tests.viz.pages import untrusted

STEPS = 20
SLIDER = "input[type=range]"


@pytest.fixture(scope="module")
def movie():
    return animate_descent(lambda x, y: x**2 + 3 * y**2, (-1.5, 2), lambda p: optim.SGD(p, lr=0.1), steps=STEPS)


@pytest.fixture(scope="module")
def graph():
    x, w = tg.tensor([1.0, 2.0]), tg.tensor([0.5, -0.5], requires_grad=True)
    loss = ((w * x).tanh() ** 2).sum()
    loss.backward()
    return draw_graph(loss)


@pytest.fixture
def calm(page):
    page.emulate_media(reduced_motion="reduce")
    return page


def show(page, *markup: str, style: str = "") -> None:
    page.set_content(
        f'<!doctype html><html lang="en"><title>figures</title><style>{style}</style>'
        f"<main><h1>Figures</h1>{''.join(markup)}</main></html>"
    )


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def ball(page) -> tuple[float, float]:
    mark = page.locator("[data-key=ball]")
    return float(mark.get_attribute("cx")), float(mark.get_attribute("cy"))


def place(movie, i: int) -> tuple[float, float]:
    mark = keyed(movie.moments[i].marks)["ball"]
    assert isinstance(mark, Circle)
    return round(mark.x, 1), round(mark.y, 1)


def test_the_image_becomes_a_player_at_its_last_moment(calm, movie):
    show(calm, movie.html)
    assert calm.locator("figure img").count() == 0
    assert calm.get_by_role("img", name=movie.alt).count() == 1
    assert calm.locator("[data-key=told]").text_content() == movie.told[-1]
    assert ball(calm) == pytest.approx(place(movie, STEPS), abs=0.06)
    assert calm.locator(SLIDER).input_value() == str(STEPS)


@pytest.mark.parametrize("i", [0, 1, 7, STEPS])
def test_scrubbing_shows_any_moment(calm, movie, i):
    show(calm, movie.html)
    calm.locator(SLIDER).fill(str(i))
    assert ball(calm) == pytest.approx(place(movie, i), abs=0.06)
    assert calm.locator("[data-key=told]").text_content() == movie.told[i]
    assert calm.locator("output").text_content() == movie.told[i]
    assert calm.locator(SLIDER).get_attribute("aria-valuetext") == movie.told[i]
    for key in ("path", "casing", "loss", "dots", "halo"):
        assert len(re.findall("[ML]", calm.locator(f"[data-key={key}]").get_attribute("d"))) == i + 1


def test_it_steps_and_stops_at_both_ends(calm, movie):
    show(calm, movie.html)
    press(calm, "Step forward")
    assert calm.locator(SLIDER).input_value() == str(STEPS)
    press(calm, "Step back")
    assert calm.locator(SLIDER).input_value() == str(STEPS - 1)
    calm.locator(SLIDER).fill("0")
    press(calm, "Step back")
    assert calm.locator(SLIDER).input_value() == "0"
    press(calm, "Step forward")
    assert ball(calm) == pytest.approx(place(movie, 1), abs=0.06)


def test_it_plays_from_the_start_to_the_end(calm, movie):
    show(calm, movie.html)
    press(calm, "Play")
    assert calm.get_by_role("button", name="Pause").count() == 1
    assert int(calm.locator(SLIDER).input_value()) < STEPS
    calm.get_by_role("button", name="Play").wait_for(timeout=10_000)
    assert calm.locator(SLIDER).input_value() == str(STEPS)


def test_it_pauses_where_it_is_and_goes_on_from_there(calm, movie):
    show(calm, movie.html)
    press(calm, "Play")
    calm.wait_for_function(f"document.querySelector('{SLIDER}').value > 2")
    press(calm, "Pause")
    at = int(calm.locator(SLIDER).input_value())
    calm.wait_for_timeout(600)
    assert calm.locator(SLIDER).input_value() == str(at) != str(STEPS)
    press(calm, "Play")
    assert int(calm.locator(SLIDER).input_value()) >= at


def test_touching_the_slider_pauses(calm, movie):
    show(calm, movie.html)
    press(calm, "Play")
    calm.locator(SLIDER).fill("3")
    assert calm.get_by_role("button", name="Play").count() == 1


def test_it_plays_by_itself_when_first_seen_and_for_less_than_five_seconds(page, movie):
    page.emulate_media(reduced_motion="no-preference")
    show(page, '<div style="height:3000px"></div>', movie.html)
    page.wait_for_timeout(300)
    assert page.get_by_role("button", name="Play").count() == 1  # not yet in sight
    page.locator("figure").scroll_into_view_if_needed()
    page.get_by_role("button", name="Pause").wait_for(timeout=2_000)
    page.get_by_role("button", name="Play").wait_for(timeout=5_500)
    page.wait_for_timeout(300)
    assert page.get_by_role("button", name="Play").count() == 1  # once is enough


def test_who_asked_for_less_motion_is_left_in_peace(calm, movie):
    show(calm, movie.html)
    calm.wait_for_timeout(400)
    assert calm.get_by_role("button", name="Play").count() == 1
    press(calm, "Play")
    assert calm.locator("figure.tg-plays").count() == 0  # nothing glides from place to place


@pytest.mark.parametrize(
    ("focus", "key", "end"),
    [
        (SLIDER, "ArrowLeft", STEPS - 1),
        (SLIDER, "Home", 0),
        ("button >> nth=0", "ArrowLeft", STEPS - 1),
        ("button >> nth=1", "Home", 0),
        ("button >> nth=2", "ArrowRight", STEPS),
        ("button >> nth=1", "Enter", STEPS - 1),
    ],
)
def test_keys_step(calm, movie, focus, key, end):
    show(calm, movie.html)
    calm.locator(focus).focus()
    calm.keyboard.press(key)
    assert calm.locator(SLIDER).input_value() == str(end)


@pytest.mark.parametrize("focus", [SLIDER, "button >> nth=0"])
def test_space_plays_and_pauses(calm, movie, focus):
    show(calm, movie.html)
    calm.locator(focus).focus()
    calm.keyboard.press("Space")
    assert calm.get_by_role("button", name="Pause").count() == 1
    calm.keyboard.press("Space")
    assert calm.get_by_role("button", name="Play").count() == 1


def test_keys_do_not_leave_the_figure(calm, movie):
    show(calm, movie.html)
    calm.evaluate("window.heard = []; document.addEventListener('keydown', event => heard.push(event.key))")
    for control in calm.locator("figure button, figure input").all():
        control.focus()
        for key in ("b", "a", "x", "ArrowDown", "Enter", "Escape", "Shift+L"):
            calm.keyboard.press(key)
    assert calm.evaluate("heard") == []


def test_steps_are_announced_but_not_while_it_plays(calm, movie):
    show(calm, movie.html)
    said = calm.locator("output")
    press(calm, "Step back")
    assert said.get_attribute("aria-live") == "polite"
    press(calm, "Play")
    assert said.get_attribute("aria-live") == "off"
    press(calm, "Pause")
    assert said.get_attribute("aria-live") == "polite"


def test_two_copies_on_a_page_play_for_themselves(calm, movie):
    show(calm, movie.html, movie.html)
    first, second = calm.locator(SLIDER).all()
    first.fill("4")
    assert (first.input_value(), second.input_value()) == ("4", str(STEPS))
    assert calm.locator(".tg-bar").count() == 2
    assert calm.evaluate("[...document.querySelectorAll('[id]')].length") == 0  # nothing that could collide


def test_running_the_script_again_changes_nothing(calm, movie):
    show(calm, movie.html)
    calm.locator(SLIDER).fill("4")
    script = movie.html.split("<script>")[1].split("</script>")[0]
    calm.evaluate(script)
    assert calm.locator(".tg-bar").count() == 1
    assert calm.locator(SLIDER).input_value() == "4"


def test_code_can_drive_it(calm, movie):
    show(calm, movie.html)
    assert (
        calm.evaluate("document.querySelector('figure').player.show(5), document.querySelector('figure').player.step")
        == 5
    )
    assert ball(calm) == pytest.approx(place(movie, 5), abs=0.06)


def test_a_removed_figure_stops(calm, movie):
    show(calm, movie.html)
    press(calm, "Play")
    calm.evaluate("window.kept = document.querySelector('figure'); kept.remove()")
    calm.wait_for_timeout(600)
    step = calm.evaluate("kept.player.step")
    calm.wait_for_timeout(600)
    assert calm.evaluate("kept.player.step") == step < STEPS


THEMES = {
    "light": ("#000000de", "#ffffff", "rgba(0, 0, 0, 0.87)"),
    "dark": ("#ffffff", "#111111", "rgb(255, 255, 255)"),
    "high contrast": ("#ffff00", "#000000", "rgb(255, 255, 0)"),
}


@pytest.mark.parametrize("theme", THEMES)
def test_ink_is_the_ink_of_the_page(calm, movie, graph, theme):
    ink, paper, computed = THEMES[theme]
    show(calm, movie.html, graph.html, style=f":root{{--jp-content-font-color1:{ink}}}body{{background:{paper}}}")
    fill = "mark => getComputedStyle(mark).fill"
    assert calm.locator(".tg-caption").evaluate(fill) == computed
    assert {text.evaluate(fill) for text in calm.locator(".tg-name, .tg-value").all()} == {computed}
    assert calm.locator(".tg-paper").evaluate(fill) == "none"


def test_of_a_graph_the_picture_is_seen_and_not_its_twin(page, graph):
    show(page, graph.html)
    assert page.locator("figure svg").is_visible()
    assert not page.locator("figure > img").is_visible()


@pytest.mark.parametrize("name", ["graph", "movie"])
def test_in_an_untrusted_notebook_the_image_is_seen_and_nothing_else(page, request, name):
    figure = request.getfixturevalue(name)
    show(page, untrusted(figure.html))
    image = page.locator("figure > img")
    assert image.is_visible()
    assert image.bounding_box()["width"] == pytest.approx(figure.picture.width, abs=1)
    assert page.get_by_role("img", name=figure.alt).count() == 1
    assert page.locator("figure").inner_text() == ""


def test_a_trusted_figure_changes_nothing_for_an_untrusted_one(page, graph):
    show(page, graph.html, untrusted(graph.html))
    assert [image.is_visible() for image in page.locator("figure > img").all()] == [False, True]
    assert page.locator("figure").last.inner_text() == ""


def test_a_node_tells_more_when_pointed_at(page, graph):
    show(page, graph.html)
    titles = page.locator("figure svg title").all_text_contents()
    assert any("TanhBackward0" in title and "shape (2,), float32" in title for title in titles)
    assert any("collects its gradient" in title and "grad [" in title for title in titles)


@pytest.mark.parametrize("width", [320, 1200])
def test_it_fits_the_page(calm, movie, graph, width):
    calm.set_viewport_size({"width": width, "height": 800})
    show(calm, movie.html, graph.html)
    assert calm.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(calm, movie, graph, theme):
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    ink, paper, _ = THEMES[theme]
    show(
        calm,
        movie.html,
        graph.html,
        style=f":root{{--jp-content-font-color1:{ink}}}body{{background:{paper};color:{ink}}}",
    )
    report = axe.run(calm)
    assert [(problem["id"], problem["description"]) for problem in report["violations"]] == []
    assert len(report["passes"]) > 10


def test_a_saved_page_plays(calm, movie, tmp_path):
    movie.save(tmp_path / "movie.html")
    calm.goto((tmp_path / "movie.html").as_uri())
    press(calm, "Step back")
    assert calm.locator(SLIDER).input_value() == str(STEPS - 1)


def test_the_player_is_small_and_alone(movie):
    script = movie.html.split("<script>")[1].split("teachgrad(")[0]
    assert len(script) < 4_000
    assert "import" not in script
