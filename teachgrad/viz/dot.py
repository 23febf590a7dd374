"""The graph as Graphviz source, for those who want to take it elsewhere.

Needs the package `graphviz`, not the program. Knows the graph as data, nothing of the engine.
"""

from __future__ import annotations

from teachgrad.viz.model import Graph, Item

SHAPES = {
    "leaf": {"style": "filled", "fillcolor": "#e5f1f7", "color": "#0072b2", "penwidth": "2"},
    "constant": {"style": "dashed"},
    "operation": {"style": "rounded"},
    "folded": {"style": "dotted"},
}


def source(graph: Graph) -> str:
    """DOT text. Labels are plain text, whatever a tensor is called.

    Raises:
        ImportError: if the package `graphviz` is missing.
    """
    try:
        import graphviz
    except ImportError as missing:
        raise ImportError(
            "DOT source is written by the package graphviz, which is not installed.\n"
            "Install it with: pip install 'teachgrad[viz]'. The pictures themselves do not need it."
        ) from missing
    digraph = graphviz.Digraph(
        graph_attr={"rankdir": "LR"}, node_attr={"shape": "box", "fontname": "monospace", "margin": "0.12,0.06"}
    )
    for i, item in enumerate(graph.items):
        digraph.node(str(i), graphviz.escape(label(item)), **SHAPES[item.kind])
    for tail, head in graph.edges:
        digraph.edge(str(tail), str(head), style="dashed" if (tail, head) in graph.cuts else None)
    return str(digraph.source)


def label(item: Item) -> str:
    """What stands in a box, line by line."""
    head = " ".join(part for part in (item.symbol, item.name) if part)
    return "\n".join(part for part in (head, item.value, item.grad and f"grad {item.grad}") if part)
