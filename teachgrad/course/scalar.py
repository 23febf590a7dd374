"""An engine for gradients of single numbers, in plain Python: what lesson 06 builds, and what it is measured by.

Three parts, as in teachgrad itself: a `Value` remembers what it was made of, each operation brings one formula for each
of its inputs, and `backward` collects, orders and walks. It knows no NumPy and nothing of the library around it; there
is nothing like it in PyTorch, whose names it keeps where there are any.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import count
from operator import attrgetter

Formula = Callable[[float], float]  # from the gradient of a result to what it sends to one of its inputs
clock = count()


class Value:
    """A number that knows where it came from.

    Attributes:
        data: the number.
        symbol: the operation that made it; empty for a leaf.
        inputs: what went in, each with its formula. A plain number is a constant: it wants no gradient.
        grad: of a leaf, the sum of all gradients that have arrived; None before the first.
        born: the tick of a clock. **Whatever went in was born earlier.**

    >>> x, y = Value(1.0), Value(2.0)
    >>> z = (x + y) ** 2
    >>> z.backward()
    >>> z, x.grad, y.grad, z.grad
    (Value(9), 6.0, 6.0, None)
    """

    def __init__(self, data: float, symbol: str = "", *inputs: tuple[Value | float, Formula]) -> None:
        self.data = data
        self.symbol = symbol
        self.inputs = inputs
        self.grad: float | None = None
        self.born = next(clock)

    def __repr__(self) -> str:
        return f"Value({self.data:g})"

    def __add__(self, other: Value | float) -> Value:
        return Value(self.data + number(other), "+", (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other: Value | float) -> Value:
        return Value(self.data - number(other), "−", (self, lambda g: g), (other, lambda g: -g))

    def __mul__(self, other: Value | float) -> Value:
        a, b = self.data, number(other)
        return Value(a * b, "×", (self, lambda g: g * b), (other, lambda g: g * a))

    def __pow__(self, n: float) -> Value:
        a = self.data
        return Value(a**n, f"**{n:g}", (self, lambda g: g * n * a ** (n - 1)))

    def exp(self) -> Value:
        """Its exponential function."""
        out = math.exp(self.data)
        return Value(out, "exp", (self, lambda g: g * out))

    def tanh(self) -> Value:
        """Its hyperbolic tangent."""
        out = math.tanh(self.data)
        return Value(out, "tanh", (self, lambda g: g * (1 - out * out)))

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Value:
        return self * -1.0

    def __rsub__(self, other: float) -> Value:
        return -self + other

    def __truediv__(self, other: Value | float) -> Value:
        return self * other**-1.0

    def __rtruediv__(self, other: float) -> Value:
        return self**-1.0 * other

    def backward(self) -> None:
        """Add to the `.grad` of every leaf that this was made of how much this moves when that leaf moves."""
        nodes: set[Value] = set()
        waiting = [self]
        while waiting:  # collect
            node = waiting.pop()
            if node not in nodes:
                nodes.add(node)
                waiting += [x for x, _ in node.inputs if isinstance(x, Value)]
        received = dict.fromkeys(nodes, 0.0) | {self: 1.0}
        for node in sorted(nodes, key=attrgetter("born"), reverse=True):  # order: the newest first
            for x, formula in node.inputs:  # walk
                if isinstance(x, Value):
                    received[x] += formula(received[node])
            if not node.inputs:
                node.grad = received[node] + (node.grad or 0.0)


def number(x: Value | float) -> float:
    """The number of a value, and a plain number as it is."""
    return x.data if isinstance(x, Value) else x
