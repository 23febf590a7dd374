"""Trees: tensors in tuples, lists and dictionaries, nested to any depth, as functions take and return them.

The structure of a tree is the same tree with a star in the place of each leaf. So two structures can be compared by
`==`, and an error message can show them.

This module knows nothing of tensors.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from teachgrad.return_types import Named


class _Star:
    def __repr__(self) -> str:
        return "*"


STAR = _Star()


def leaves(tree: Any) -> list[Any]:
    """What hangs at the ends of the branches, from left to right.

    >>> leaves({"a": 1, "b": [2, (3, None)]})
    [1, 2, 3, None]
    """
    if not _is_branch(tree):
        return [tree]
    children = tree.values() if isinstance(tree, dict) else tree
    return [leaf for child in children for leaf in leaves(child)]


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same tree with another thing in the place of each leaf.

    >>> mapped(lambda leaf: leaf * 10, {"a": 1, "b": [2, (3,)]})
    {'a': 10, 'b': [20, (30,)]}
    """
    if not _is_branch(tree):
        return function(tree)
    if isinstance(tree, dict):
        grown = [(key, mapped(function, child)) for key, child in tree.items()]
        return defaultdict(tree.default_factory, grown) if isinstance(tree, defaultdict) else type(tree)(grown)
    children = [mapped(function, child) for child in tree]
    return type(tree)(*children) if hasattr(tree, "_fields") else type(tree)(children)


def structure(tree: Any) -> Any:
    """The tree with a star in the place of each leaf.

    >>> structure({"a": 1, "b": [2, (3,)]})
    {'a': *, 'b': [*, (*,)]}
    """
    return mapped(lambda leaf: STAR, tree)


def grown(shape: Any, values: Iterable[Any]) -> Any:
    """A tree of this structure with these leaves.

    >>> grown(("x", {"a": "y"}), [1, 2])
    (1, {'a': 2})
    """
    following: Iterator[Any] = iter(values)
    return mapped(lambda leaf: next(following), shape)


def spread(prefix: Any, tree: Any) -> list[Any] | None:
    """A value for each leaf of a tree, from a tree of values that may end earlier; None if it does not fit.

    >>> spread((0, None), ([1, 2], 3))
    [0, 0, None]
    >>> spread((0, 1), (1, 2, 3)) is None
    True
    """
    if not _is_branch(prefix):
        return [prefix] * len(leaves(tree))
    if type(prefix) is not type(tree) or len(prefix) != len(tree):
        return None
    if isinstance(prefix, dict):
        if prefix.keys() != tree.keys():
            return None
        prefix, tree = [prefix[key] for key in tree], list(tree.values())
    parts = [spread(*pair) for pair in zip(prefix, tree)]
    return None if any(part is None for part in parts) else [value for part in parts for value in part or ()]


def _is_branch(tree: Any) -> bool:
    kind = type(tree)
    return kind in (tuple, list, dict, OrderedDict, defaultdict) or hasattr(kind, "_fields") or issubclass(kind, Named)
