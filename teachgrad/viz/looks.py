"""How each kind of mark looks: one table for all pictures, read by every artist.

Colours are Okabe and Ito's, which people with any kind of colour vision tell apart; things that differ in colour
differ in outline or wording too. All else is ink, the colour of the text around, so that a picture follows the
theme of its page. Surfaces are in cividis, with a white casing under every path that runs over them.
"""

from __future__ import annotations

from dataclasses import dataclass

INK = "ink"
BLUE, ORANGE, GREEN, VERMILLION = "#0072b2", "#e69f00", "#009e73", "#d55e00"
BLACK, WHITE = "#1f2328", "#ffffff"
RACERS = (BLUE, VERMILLION, GREEN, ORANGE, "#cc79a7")
CLASSES = (VERMILLION, BLUE, GREEN, ORANGE, "#cc79a7")
DASHES: tuple[tuple[float, ...], ...] = ((), (6, 4), (1.5, 4), (9, 3, 1.5, 3), ())
CIVIDIS = ("#00224e", "#133670", "#3b496c", "#575d6d", "#707173", "#8a8779", "#a59c74", "#c3b369", "#e1cc55", "#fee838")


@dataclass(frozen=True, slots=True)
class Look:
    """A filling and its tint (opacity), a line with its width and dashes, a text; `fade` is the opacity of it all.

    `align` says which part of a text stands at its place: its start, middle or end.
    """

    fill: str = "none"
    tint: float = 1.0
    stroke: str = "none"
    width: float = 0.0
    dash: tuple[float, ...] = ()
    size: float = 0.0
    bold: bool = False
    code: bool = False
    align: str = "start"
    fade: float = 1.0


LOOKS = {
    # graphs
    "leaf": Look(BLUE, 0.1, BLUE, 2),
    "constant": Look(INK, 0.03, INK, 1.2, dash=(4, 3), fade=0.85),
    "operation": Look(INK, 0.04, INK, 1.2),
    "result": Look(INK, 0.04, INK, 2.6),
    "folded": Look(INK, 0.08, INK, 1.2, dash=(1.5, 3)),
    "badge": Look(ORANGE),
    "symbol": Look(BLACK, size=13, bold=True, align="middle"),
    "arrived": Look(VERMILLION, 0.22),
    "awaited": Look(INK, 0.07),
    "name": Look(INK, size=13, bold=True, code=True),
    "value": Look(INK, size=13, code=True, align="end"),
    "lone": Look(INK, size=13, code=True, align="middle"),
    "word": Look(INK, size=11, code=True),
    "grad": Look(INK, size=11, code=True, align="end"),
    "edge": Look(stroke=INK, width=1.4, fade=0.7),
    "cut": Look(stroke=VERMILLION, width=2, dash=(5, 4)),
    "tip": Look(INK, fade=0.7),
    # panels with axes
    "frame": Look(stroke=INK, width=1, fade=0.6),
    "grid": Look(stroke=INK, width=1, fade=0.14),
    "across": Look(INK, size=11, fade=0.85, align="middle"),
    "up": Look(INK, size=11, fade=0.85, align="end"),
    "label": Look(INK, size=12, align="middle"),
    "caption": Look(INK, size=13),
    "title": Look(INK, size=13, bold=True),
    # surfaces, curves and what moves on them
    "curve": Look(stroke=BLUE, width=2.2),
    "broad": Look(stroke=BLUE, width=6, fade=0.75),
    "secant": Look(stroke=VERMILLION, width=1.6),
    "tangent": Look(stroke=GREEN, width=2, dash=(6, 4)),
    "casing": Look(stroke=WHITE, width=4.5),
    "path": Look(stroke=VERMILLION, width=2),
    "past": Look(stroke=VERMILLION, width=1.8),
    "trace": Look(stroke=VERMILLION, width=1.2, fade=0.75),
    "dots": Look(stroke=VERMILLION, width=6),
    "halo": Look(stroke=WHITE, width=8),
    "start": Look(WHITE, stroke=BLACK, width=1.5),
    "ball": Look(VERMILLION, stroke=WHITE, width=2),
    "dot": Look(BLUE, stroke=WHITE, width=2),
    # a pass through a graph, step by step
    "now": Look(ORANGE, 0.22, VERMILLION, 3),
    "later": Look(INK, 0.02, INK, 1, dash=(2, 3), fade=0.5),
    "arriving": Look(VERMILLION, 0.5, VERMILLION, 1.5),
    "pending": Look(VERMILLION, 0.16, VERMILLION, 1, dash=(3, 2)),
    "spent": Look(INK, 0.07, INK, 1, dash=(1.5, 3), fade=0.7),
    "flow": Look(stroke=VERMILLION, width=3.6),
    "flowed": Look(stroke=VERMILLION, width=2, fade=0.8),
    "flowtip": Look(VERMILLION),
    "blocked": Look(stroke=INK, width=1.4, dash=(4, 3), fade=0.7),
    "unseen": Look(),
    "code": Look(INK, size=13, code=True),
    "moved": Look(BLUE, 0.18),
    "running": Look(ORANGE, 0.3, ORANGE, 1.4),
    # a line of arithmetic
    "upstream": Look(VERMILLION, 0.16, VERMILLION, 1.4),
    "local": Look(ORANGE, 0.28, ORANGE, 1.4),
    "contribution": Look(VERMILLION, 0.5, VERMILLION, 2),
    "total": Look(INK, 0.05, INK, 1.2),
    "number": Look(INK, size=13, code=True, align="middle"),
    "operator": Look(INK, size=16, bold=True, align="middle"),
    "under": Look(INK, size=11, align="middle"),
    "formula": Look(INK, size=13, code=True),
    # races
    **{f"run{i}": Look(stroke=colour, width=2.2, dash=DASHES[i]) for i, colour in enumerate(RACERS)},
    **{f"racer{i}": Look(WHITE, stroke=colour, width=2.5) for i, colour in enumerate(RACERS)},
    "digit": Look(BLACK, size=10, bold=True, align="middle"),
    # trainings
    "line0": Look(stroke=BLUE, width=2.2),
    "line1": Look(stroke=VERMILLION, width=2.2, dash=(6, 4)),
    "line2": Look(stroke=GREEN, width=2.2, dash=(1.5, 4)),
    "line3": Look(stroke=ORANGE, width=2.2, dash=(9, 3, 1.5, 3)),
    "line4": Look(stroke=INK, width=1.6),
    "legend": Look(INK, size=12),
    "cloud": Look(stroke=INK, width=4.5, fade=0.4),
    "fit": Look(stroke=VERMILLION, width=3),
    "done": Look(BLUE),
    # classes
    **{f"region{i}": Look(colour, 0.22, colour, 1.6) for i, colour in enumerate(CLASSES)},
    **{f"class{i}": Look(colour, stroke=WHITE, width=0.8) for i, colour in enumerate(CLASSES)},
    # bars
    "bar0": Look(BLUE),
    "bar1": Look(INK, 0.45),
    "bar2": Look(VERMILLION),
    "bar3": Look(ORANGE),
    "bar4": Look(GREEN),
    "reach": Look(stroke=INK, width=1.4, fade=0.5),
    "amount": Look(INK, size=9, fade=0.85),
    "row": Look(INK, size=12, align="end"),
    # cells of a table whose numbers have a sign: the stronger, the larger
    **{f"plus{i}": Look(BLUE, 0.08 + 0.09 * i) for i in range(6)},
    **{f"minus{i}": Look(VERMILLION, 0.08 + 0.09 * i) for i in range(6)},
    "cell": Look(INK, size=12, align="middle"),
    "zero": Look(INK, size=12, align="middle", fade=0.6),
    "sign": Look(stroke=INK, width=1.4),
    "part": Look(stroke=INK, width=2),
    **{f"band{i}": Look(colour) for i, colour in enumerate(CIVIDIS)},
}
