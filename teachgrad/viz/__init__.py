"""Pictures of graphs and of descents, for notebooks and for files.

`draw_graph` shows the graph behind a tensor; `animate_descent` shows an optimizer on its way down. Both return
a figure that shows itself in JupyterLab, works without a kernel once saved, and is written to files by `.save(path)`.

From data to pictures, each file knowing only those before it:

    text                what numbers and names look like in short
    model, walk         the data: a graph read off the engine's nodes; a descent, moment by moment
    layout, contour     geometry: where boxes and arrows go; the level lines of a surface
    scene, looks        marks, and how each kind of mark looks
    axes                panels with ticks and labels
    svg, raster, dot    artists: marks as SVG; as pixels and PDF; a graph as Graphviz source
    figure              what is shown and saved; player.js plays it in the page
    drawing, descent    the two functions
"""

from teachgrad.viz.descent import animate_descent
from teachgrad.viz.drawing import draw_graph

__all__ = ["animate_descent", "draw_graph"]
