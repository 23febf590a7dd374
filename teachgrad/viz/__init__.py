"""Pictures of graphs, functions, networks and trainings, for notebooks and for files.

`draw_graph` shows the graph behind a tensor, `step_backward` each step of its backward pass, `trace_forward` how code
builds it, `gradient_ledger` what each line of a loop does to `.grad`, `watch_autograd` what is recorded;
`tangent` and `jacobian` show slopes; `animate_descent` shows optimizers on their way down, `explore_descent` lets you
steer one, `landscape` shows its way over the loss of a model; `module_tree` and `gradient_flow` show what is in one;
`live_training` shows a loop while it runs, `draw_curves`, `draw_fit` and `compare` what came of it, `explore_order`
what depends on its order; `draw_tables` shows small arrays, and `draw_broadcast` what becomes of two shapes. All give
a figure that shows itself in JupyterLab, needs no kernel once saved, and is written to files by `.save(path)`.

From data to pictures, each file knowing only those before it:

    text                what numbers and names look like in short
    folding             what of a large graph is one box
    model, walk         the data: a graph read off the engine's nodes; a descent, moment by moment
    layout, contour     geometry: where boxes and arrows go; the level lines of a surface
    scene, looks        marks, and how each kind of mark looks
    axes                panels with ticks and labels
    svg, raster, dot    artists: marks as SVG; as pixels and PDF; a graph as Graphviz source
    figure, twin        what is shown and saved, which player.js plays in the page; a graph as a small image, which
                        unfold.js opens there
    drawing, descent    the functions for graphs and descents
    typed, field        formulas that a learner types, and the field for them beneath a figure
    tangent, jacobian   a curve under a microscope; which output depends on which input
    explore, landscape  a descent with sliders; the loss on a plane through a model's parameters
    formulas, steps     the backward pass as data, with the formulas of the op table as text
    arithmetic, heat    what is said beside a picture: numbers in boxes; arrays as small heat maps
    stepper, widget     the passes through a graph, step by step; driven by Python
    trace, ledger       code at work, and the graph that grows with it; what each line does to .grad
    paths               the ways through a graph, with their slopes
    stacked             figures below each other
    tables              for arrays and their shapes,
    curves, fit, order  those for trainings that are over,
    compare, flow, tree lists side by side; norms of gradients, layer by layer; what a model is made of
    boundary            the regions of a classifier
    watch               what is recorded, and the memory that it holds
    screen, training    and for those that run: a picture that changes in its place, and the loop that is watched
"""

from teachgrad.viz.compare import compare
from teachgrad.viz.curves import draw_curves
from teachgrad.viz.descent import animate_descent
from teachgrad.viz.drawing import draw_graph
from teachgrad.viz.explore import explore_descent
from teachgrad.viz.fit import draw_fit
from teachgrad.viz.flow import gradient_flow
from teachgrad.viz.jacobian import jacobian
from teachgrad.viz.landscape import landscape
from teachgrad.viz.ledger import gradient_ledger
from teachgrad.viz.order import explore_order
from teachgrad.viz.paths import draw_paths, local_slopes
from teachgrad.viz.stepper import step_backward
from teachgrad.viz.tables import draw_broadcast, draw_tables
from teachgrad.viz.tangent import tangent
from teachgrad.viz.trace import trace_forward
from teachgrad.viz.training import live_training
from teachgrad.viz.tree import module_tree
from teachgrad.viz.typed import formula
from teachgrad.viz.watch import watch_autograd

__all__ = [
    "animate_descent",
    "compare",
    "draw_broadcast",
    "draw_curves",
    "draw_fit",
    "draw_graph",
    "draw_paths",
    "draw_tables",
    "explore_descent",
    "explore_order",
    "formula",
    "gradient_flow",
    "gradient_ledger",
    "jacobian",
    "landscape",
    "live_training",
    "local_slopes",
    "module_tree",
    "step_backward",
    "tangent",
    "trace_forward",
    "watch_autograd",
]
