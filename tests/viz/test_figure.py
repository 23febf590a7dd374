"""Figures are saved as what the name says, look the same in every run, and need no more than they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

import teachgrad as tg
from teachgrad import optim
from teachgrad.viz import animate_descent, draw_graph, layout, raster, trace_forward
from teachgrad.viz.scene import Circle, Path, Rect, Scene, Text, Window, line, split


def neuron():
    x, w, b = tg.tensor(2.0), tg.tensor(-3.0, requires_grad=True), tg.tensor(6.88, requires_grad=True)
    return draw_graph((x * w + b).tanh())


def bowl():
    return animate_descent(lambda x: 0.5 * x**2, 1.0, lambda params: optim.SGD(params, lr=0.5), steps=6)


@pytest.mark.parametrize("figure", [neuron, bowl], ids=["a graph", "a descent"])
@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        ("svg", b"<svg "),
        ("html", b"<!doctype html>"),
        ("png", b"\x89PNG\r\n\x1a\n"),
        ("pdf", b"%PDF-"),
        ("PNG", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_the_suffix_says_what_is_saved(tmp_path, figure, suffix, start):
    path = tmp_path / f"picture.{suffix}"
    figure().save(path)
    assert path.read_bytes().startswith(start)
    figure().save(str(path))


def test_a_graph_is_saved_as_dot_source(tmp_path):
    pytest.importorskip("graphviz")
    neuron().save(tmp_path / "neuron.dot")
    assert (tmp_path / "neuron.dot").read_text(encoding="utf-8") == neuron().dot


@pytest.mark.parametrize(("figure", "name"), [(neuron, "x.gif"), (bowl, "x.dot"), (neuron, "x"), (bowl, "x.jpeg")])
def test_other_kinds_are_refused_by_name(tmp_path, figure, name):
    with pytest.raises(ValueError, match=rf"cannot save a picture as '{name}'.*\.svg, \.html, \.png, \.pdf"):
        figure().save(tmp_path / name)
    assert not (tmp_path / name).exists()


def pixels(path):
    from PIL import Image

    with Image.open(path) as image:
        return image.convert("RGB")


def test_png_has_the_colours_of_the_picture_where_they_belong(tmp_path):
    marks = [
        Rect("badge", 10, 10, 30, 20),
        Circle("arrived", 70, 20, 8),
        line("tip", (10, 50), (40, 50), (40, 70), (10, 70)),
        Window(60, 50, 10, 10, [Rect("badge", 0, 0, 100, 100)]),
        Path("dots", [("M", (90.0, 60.0, 90.0, 60.0))]),
    ]
    raster.save(Scene(100, 80, marks), tmp_path / "marks.png")
    image = pixels(tmp_path / "marks.png")
    assert image.size == (200, 160)  # twice as sharp

    def at(x, y):
        colour = image.getpixel((2 * x, 2 * y))
        assert isinstance(colour, tuple)
        return colour

    assert at(25, 20) == (230, 159, 0)  # orange
    assert at(5, 5) == (255, 255, 255)
    red, green, blue = at(70, 20)
    assert red > green > blue > 150  # a tint of vermillion
    assert max(at(25, 60)) < 120  # ink
    assert at(65, 55) == (230, 159, 0)
    assert at(75, 55) == (255, 255, 255)  # cut off by the window
    assert at(90, 60) == (213, 94, 0)  # a line without length is a dot


def test_every_text_of_a_picture_is_in_its_pdf(tmp_path):
    """Letters are not turned into shapes: a PDF can be searched. Its fonts are the ones that matplotlib brings."""
    neuron().save(tmp_path / "neuron.pdf")
    assert b"DejaVuSans" in (tmp_path / "neuron.pdf").read_bytes()


def test_a_gif_shows_every_moment_and_rests_at_the_end(tmp_path):
    from PIL import Image

    movie = bowl()
    movie.save(tmp_path / "bowl.gif")
    with Image.open(tmp_path / "bowl.gif") as image:
        assert image.n_frames == 7
        assert image.size == (movie.picture.width, movie.picture.height)
        durations = []
        for frame in range(7):
            image.seek(frame)
            durations.append(image.info["duration"])
    assert durations == [500] * 6 + [2000]


def test_what_has_not_appeared_is_not_in_the_first_frame_of_a_film(tmp_path):
    from PIL import Image

    x = tg.tensor(2.0, requires_grad=True)
    shown = trace_forward(lambda: x * x)
    shown.save(tmp_path / "trace.gif")
    with Image.open(tmp_path / "trace.gif") as film:
        colours = []
        for moment in range(2):
            film.seek(moment)
            colours.append({colour for _, colour in film.convert("RGB").getcolors(1 << 20)})
    orange = (230, 159, 0)  # of the badge
    near = [min(sum(abs(a - b) for a, b in zip(orange, c, strict=True)) for c in seen) for seen in colours]
    assert near[1] < 12 < near[0]


def test_the_last_frame_of_a_film_is_the_picture(tmp_path):
    movie = bowl()
    movie.save(tmp_path / "bowl.png")
    frame = raster._frames(movie.moments, raster.SHARP)[-1]
    still = pixels(tmp_path / "bowl.png")
    different = sum(
        sum(abs(int(a) - b) for a, b in zip(frame[y, x], still.getpixel((x, y)), strict=True)) > 200
        for y in range(0, frame.shape[0], 3)
        for x in range(0, frame.shape[1], 3)
    )
    assert different < 20  # of forty thousand: letters may sit a fraction of a pixel elsewhere


def test_without_ffmpeg_mp4_names_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"ffmpeg, which is not on PATH[\s\S]*bowl\.gif"):
        bowl().save(tmp_path / "bowl.mp4")


@pytest.mark.skipif(os.name == "nt", reason="a script is no program here")
def test_ffmpeg_is_handed_every_pixel(tmp_path, monkeypatch):
    program = tmp_path / "ffmpeg"
    program.write_text('#!/bin/sh\necho "$@" > "$(dirname "$0")/said"\nfor last; do :; done\ncat > "$last"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    bowl().save(tmp_path / "bowl.mp4")
    said = (tmp_path / "said").read_text()
    size = re.search(r"-s (\d+)x(\d+)", said)
    assert size is not None
    width, height = map(int, size.groups())
    assert width % 2 == height % 2 == 0
    assert (tmp_path / "bowl.mp4").stat().st_size == 7 * width * height * 3


def test_what_moves_is_split_from_what_stays():
    ball, wall = Circle("ball", 1, 1, 1, key="ball"), Rect("frame", 0, 0, 9, 9)
    word = Text("caption", 0, 0, "x", key="told")
    assert split([wall, Window(0, 0, 9, 9, [wall, ball]), word]) == (
        [wall, Window(0, 0, 9, 9, [wall])],
        [Window(0, 0, 9, 9, [ball]), word],
    )


SAME = """
import teachgrad as tg
from teachgrad.viz import animate_descent, draw_graph
w = tg.tensor([1.0, 2.0], requires_grad=True)
data = tg.tensor([0.5, 0.25])
print(draw_graph(((w * data).tanh() * w).sum()).html)
print(animate_descent(lambda x, y: x**2 + 3 * y**2, (-1.5, 2)).html)
"""


def test_every_run_gives_the_same_html():
    def run(seed):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.run([sys.executable, "-c", SAME], capture_output=True, check=True, env=environment).stdout

    assert run("1") == run("2") != b""


def test_the_fingerprint_is_of_the_content_not_of_positions(monkeypatch):
    one = neuron()
    monkeypatch.setattr(layout, "ENGINES", ())
    monkeypatch.setattr(layout, "GAP", 50.0)
    other = neuron()
    assert one.html != other.html
    assert one.fingerprint == other.fingerprint != bowl().fingerprint


def test_nothing_is_loaded_from_outside():
    for figure in (neuron(), bowl()):
        assert (
            re.findall(r"(?:src|href)=\"(?!data:)|url\(|@import|https?://(?!www\.w3\.org/2000/svg)", figure.html) == []
        )


WITHOUT = """
import sys
for name in ("matplotlib", "graphviz", "pygraphviz", "PIL", "IPython"):
    sys.modules[name] = None
import shutil
shutil.which = lambda program: None
import teachgrad as tg
from teachgrad.viz import animate_descent, draw_graph
w = tg.tensor(1.0, requires_grad=True)
graph, movie = draw_graph(w * w), animate_descent(lambda x, y: x**2 + y**2, (1, 2), steps=3)
for figure in (graph, movie):
    assert figure.html and figure.svg
    try:
        figure.save("never.png")
    except ImportError as error:
        print(error)
try:
    graph.dot
except ImportError as error:
    print(error)
"""


def test_pictures_need_numpy_alone_and_files_say_what_they_need():
    told = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True).stdout
    assert told.count("drawn by matplotlib, which is not installed") == 2
    assert told.count("pip install 'teachgrad[viz]'") == 3
    assert "written by the package graphviz" in told


def test_importing_viz_loads_nothing_that_draws():
    code = "import sys, teachgrad.viz; print({'matplotlib', 'graphviz', 'pygraphviz', 'PIL'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_svg_files_are_black_on_white_and_name_themselves():
    for figure in (neuron(), bowl()):
        root = ElementTree.fromstring(figure.svg)
        assert root.get("role") == "img"
        assert root.get("aria-label") == figure.alt
        assert "currentColor" not in figure.svg
        assert "var(" not in figure.svg
        paper = root.find("{http://www.w3.org/2000/svg}rect")
        assert paper is not None
        assert paper.get("fill") == "#ffffff"
