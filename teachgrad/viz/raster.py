"""Marks as pixels, PDF and films: the artist for files, by matplotlib.

Loaded only when such a file is asked for. Figures are made without pyplot, so nothing is left behind in any
thread. Knows nothing of what a picture shows.
"""

from __future__ import annotations

import shutil
import subprocess
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path as FilePath
from typing import Any

from teachgrad.viz.looks import BLACK, INK, LOOKS, Look
from teachgrad.viz.scene import Circle, Group, Layer, Mark, Path, Rect, Scene, Segment, Text, Window, split

try:
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle as CirclePatch
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.path import Path as Outline
except ImportError as missing:
    raise ImportError(
        "png, pdf, gif and mp4 files are drawn by matplotlib, which is not installed.\n"
        "Install it with: pip install 'teachgrad[viz]'. Pictures as .svg and .html need nothing."
    ) from missing

SHARP = 2  # pixels of a file per pixel of a picture
POINT = 72 / 96  # a typographic point in pixels: what matplotlib measures lines and letters in
CODES = {
    "M": [Outline.MOVETO, Outline.LINETO],
    "L": [Outline.LINETO],
    "C": [Outline.CURVE4] * 3,
    "Z": [Outline.CLOSEPOLY],
}


def save(picture: Scene, path: FilePath) -> None:
    """Write a picture as the kind of file that the suffix of `path` names."""
    figure, axes = _canvas(picture)
    _draw(axes, picture.marks)
    with matplotlib.rc_context({"pdf.fonttype": 42}), warnings.catch_warnings():  # letters stay letters in a PDF
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a name in a script that the font lacks: boxes are drawn
        figure.savefig(path, dpi=96 * SHARP, metadata={"CreationDate": None} if path.suffix == ".pdf" else None)


def film(moments: Sequence[Scene], path: FilePath, pause: float) -> None:
    """Write an animation as `.gif`, or as `.mp4` where the program ffmpeg is."""
    if path.suffix.lower() == ".gif":
        _gif(_frames(moments, 1), path, pause)
    else:
        _mp4(_frames(moments, SHARP), path, pause)


def _canvas(picture: Scene) -> tuple[Any, Any]:
    """A white figure whose coordinates are the picture's pixels."""
    figure = Figure(figsize=(picture.width / 96, picture.height / 96), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, picture.width), ylim=(picture.height, 0))
    axes.set_axis_off()
    return figure, axes


def _frames(moments: Sequence[Scene], sharp: int) -> list[Any]:
    """Each moment as an array of pixels. What stays is drawn once; on a copy of it, what moves."""
    figure, axes = _canvas(moments[0])
    figure.set_dpi(96 * sharp)
    stay, _ = split(moments[0].marks)
    _draw(axes, stay)
    canvas = figure.canvas
    canvas.draw()
    background = canvas.copy_from_bbox(figure.bbox)
    frames = []
    for moment in moments:
        canvas.restore_region(background)
        for artist in _draw(axes, split(moment.marks)[1]):
            axes.draw_artist(artist)
            artist.remove()
        frames.append(_pixels(canvas))
    return frames


def _pixels(canvas: Any) -> Any:
    import numpy as np

    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _gif(frames: Sequence[Any], path: FilePath, pause: float) -> None:
    from PIL import Image  # matplotlib depends on it

    images = [Image.fromarray(frame) for frame in frames]
    palette = images[-1].quantize(255)  # one palette for all, or colours would flicker
    flat = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    durations = [round(pause * 1000)] * (len(flat) - 1) + [2000]  # rest on the end before it starts again
    flat[0].save(path, save_all=True, append_images=flat[1:], duration=durations, loop=0)


def _mp4(frames: Sequence[Any], path: FilePath, pause: float) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise FileNotFoundError(
            "mp4 files are made by the program ffmpeg, which is not on PATH.\n"
            f"Install ffmpeg, or save {path.stem}.gif or {path.stem}.html instead: these need no program."
        )
    height, width = (size // 2 * 2 for size in frames[0].shape[:2])  # the codec wants even sizes
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(1 / pause), "-i", "-"]
    subprocess.run(
        [ffmpeg, "-y", "-loglevel", "error", *source, "-pix_fmt", "yuv420p", str(path)],
        input=b"".join(frame[:height, :width].tobytes() for frame in frames),
        check=True,
    )


def _draw(axes: Any, marks: Iterable[Mark], window: Any = None) -> list[Any]:
    """Add artists for the marks, later ones above; return them."""
    artists: list[Any] = []
    for mark in marks:
        match mark:
            case Group(_, inner):
                artists += _draw(axes, inner, window)
            case Layer(inner, shown):
                artists += _draw(axes, inner, window) if shown else []
            case Window(x, y, width, height, inner):
                artists += _draw(axes, inner, Rectangle((x, y), width, height, transform=axes.transData))
            case _:
                artist = _text(axes, mark) if isinstance(mark, Text) else axes.add_artist(_patch(mark))
                artist.set_zorder(len(axes.get_children()))
                if window is not None:
                    artist.set_clip_path(window)
                artists.append(artist)
    return artists


def _patch(mark: Mark) -> Any:
    look = LOOKS[mark.look]  # type: ignore[union-attr]
    match mark:
        case Rect(_, x, y, width, height, radius):
            return PathPatch(_outline(_rounded(x, y, x + width, y + height, radius)), **_style(look))
        case Circle(_, x, y, radius):
            return CirclePatch((x, y), radius, **_style(look))
        case Path(_, segments):
            return PathPatch(_outline(segments), **_style(look))
    raise TypeError(f"no patch for {type(mark).__name__}")


def _rounded(left: float, top: float, right: float, bottom: float, r: float) -> list[Segment]:
    """A rectangle with round corners: four quarters of a circle, each a Bezier curve, joined by lines."""
    k = 0.4477 * r  # how far the control points of a quarter stay from the corner
    return [
        ("M", (left + r, top)),
        ("L", (right - r, top)),
        ("C", (right - k, top, right, top + k, right, top + r)),
        ("L", (right, bottom - r)),
        ("C", (right, bottom - k, right - k, bottom, right - r, bottom)),
        ("L", (left + r, bottom)),
        ("C", (left + k, bottom, left, bottom - k, left, bottom - r)),
        ("L", (left, top + r)),
        ("C", (left, top + k, left + k, top, left + r, top)),
        ("Z", ()),
    ]


def _outline(segments: Sequence[Segment]) -> Outline:
    """As SVG reads it: a second point after an M is a line to there; given some length, or no dot would be drawn."""
    points: list[tuple[float, float]] = []
    codes: list[Any] = []
    for letter, numbers in segments:
        xs, ys = numbers[::2] or (0.0,), numbers[1::2] or (0.0,)
        points += [(x + 0.1 * (letter == "M" and i > 0), y) for i, (x, y) in enumerate(zip(xs, ys, strict=True))]
        codes += (CODES[letter] * len(xs))[: len(xs)]
    outline = Outline(points, codes)
    outline.should_simplify = False
    return outline


def _style(look: Look) -> dict[str, Any]:
    from matplotlib.colors import to_rgba

    fill, stroke = (BLACK if colour == INK else colour for colour in (look.fill, look.stroke))
    width = look.width * POINT
    return {
        "facecolor": to_rgba(fill, 0 if fill == "none" else look.tint * look.fade),
        "edgecolor": to_rgba(stroke, 0 if stroke == "none" else look.fade),
        "linewidth": width,
        "linestyle": (0, [dash / look.width for dash in look.dash]) if look.dash else "solid",
        "capstyle": "round",
        "joinstyle": "round",
        "snap": False,
    }


def _text(axes: Any, mark: Text) -> Any:
    look = LOOKS[mark.look]
    return axes.text(
        mark.x,
        mark.y,
        mark.text,
        parse_math=False,  # a dollar sign in a name is a dollar sign
        color=BLACK,
        alpha=look.fade,
        fontsize=look.size * POINT,
        family=["DejaVu Sans Mono"] if look.code else ["DejaVu Sans"],
        weight="bold" if look.bold else "normal",
        ha={"start": "left", "middle": "center", "end": "right"}[look.align],
        va="baseline",
        rotation=90 if mark.upwards else 0,
        rotation_mode="anchor",
    )
