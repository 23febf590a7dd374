"""Error messages that teach: PyTorch's own words first, then the cause, the remedy, and the lesson that explains it.

People search for the words PyTorch uses, so those come first and unchanged. `explained` puts the parts together;
after it come the errors of graph, engine and tensor, so that those files can be read without their texts. Operations
keep theirs beside the code.

Ground floor: callers hand over this case's names, shapes and numbers.
"""

from __future__ import annotations

from typing import Any, TypeVar

E = TypeVar("E", bound=Exception)
Shape = tuple[int, ...]

_C_NAMES = {
    "float16": "Half", "float32": "Float", "float64": "Double", "int8": "Char", "int16": "Short", "int32": "Int",
    "int64": "Long", "uint8": "Byte", "bool": "Bool",
}  # fmt: skip
_SCALAR_NAMES = {
    "float16": "c10::Half", "float32": "float", "float64": "double", "int8": "signed char", "int16": "short int",
    "int32": "int", "int64": "long int", "uint8": "unsigned char", "bool": "bool",
}  # fmt: skip


def brief(value: Any) -> str:
    """A value in one line and at most 40 letters, for messages.

    >>> brief([1.5, "two"]), brief("long " * 20)
    ("[1.5, 'two']", "'long long long long long long long long")
    """
    return f"{' '.join(repr(value).split()):.40}"


def explained(kind: type[E], words: str, why: str, fix: str, lesson: int | None = None) -> E:
    """An exception of PyTorch's ``kind`` and ``words``, followed by why it happened and what to do.

    Only what a lesson treats names the lesson, by its number.

    >>> print(explained(RuntimeError, "grad can be implicitly created only for scalar outputs", "...", "...", lesson=5))
    grad can be implicitly created only for scalar outputs
      Why: ...
      Fix: ...
      Lesson 05, backward() from the inside, explains it.
    """
    more = f"  Why: {why}\n  Fix: {fix}"
    if lesson is not None:
        from teachgrad.lessons import pointer  # here, because importing teachgrad is to be cheap

        more += f"\n  {pointer(lesson)}"
    if not issubclass(kind, KeyError):
        return kind(f"{words}\n{more}")
    error = kind(words)  # this kind shows its message in quotes, with its line breaks spelt out; a note stays readable
    error.add_note(more)
    return error


def c_name(dtype: Any) -> str:
    """The name that PyTorch's messages give to an element type: ``Float`` for float32.

    >>> import numpy as np
    >>> c_name(np.dtype("int64"))
    'Long'
    """
    name: str = dtype.name
    return _C_NAMES.get(name, name)


def scalar_name(dtype: Any) -> str:
    """The name that other messages of PyTorch give to it: that of a number in C++, such as ``long int`` for int64."""
    name: str = dtype.name
    return _SCALAR_NAMES.get(name, name)


# Of the graph


def freed(node: str) -> RuntimeError:
    """A second pass through a graph whose saved values are gone."""
    return explained(
        RuntimeError,
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
        "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
        "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
        "saved tensors after calling backward.",
        why=f"an earlier backward pass went through {node} and freed what it had saved.",
        fix="run the forward pass again (a new graph), or keep this one: backward(retain_graph=True) the first time.",
        lesson=5,
    )


def modified(reader: str, array: Any, source: Any, now: int, expected: int) -> RuntimeError:
    """A value that a formula saved was written over. `source` is the node that made it, if there is one."""
    maker = "" if source is None else source.name().partition("Backward")[0]
    origin = f", which is output 0 of {maker}," if maker and "::" not in maker else ""  # a leaf has no maker
    kind = "CPUBoolType" if array.dtype.kind == "b" else f"torch.{c_name(array.dtype)}Tensor"
    return explained(
        RuntimeError,
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[{kind} {list(array.shape)}]{origin} is at version {now}; expected version "
        f"{expected} instead.",
        why=f"{reader} saved this value to compute its gradient; since then an in-place operation changed it.",
        fix="use the operation that makes a new tensor (x = x + 1, not x += 1), or change the value after backward().",
        lesson=8,
    )


# Of the backward pass


def no_history(position: int) -> RuntimeError:
    """A backward pass from a tensor that nothing was recorded for."""
    return explained(
        RuntimeError,
        f"element {position} of tensors does not require grad and does not have a grad_fn",
        why="nothing it was computed from requires grad, or its history was cut by no_grad, detach() or item().",
        fix="make the inputs with requires_grad=True, compute outside of no_grad; second slopes: create_graph=True.",
        lesson=5,
    )


def not_scalar(shape: Shape, size: int) -> RuntimeError:
    """A backward pass from many outputs without saying how they count."""
    return explained(
        RuntimeError,
        "grad can be implicitly created only for scalar outputs",
        why=f"this tensor has shape {shape}: {size} outputs, each with a gradient of its own.",
        fix="reduce it to one number (y.sum(), y.mean()), or weigh the outputs: y.backward(gradient=...).",
        lesson=5,
    )


def misfit_seed(position: int, gradient: Any, output: Any) -> RuntimeError:
    """A gradient to start from that has another shape than the output."""
    return explained(
        RuntimeError,
        f"Mismatch in shape: grad_output[{position}] has a shape of {gradient} and output[{position}] has a shape of "
        f"{output}.",
        why="the gradient to start from holds one weight for each output element.",
        fix="give a gradient of the output's shape, such as torch.ones_like(y).",
        lesson=5,
    )


def no_gradient(value: Any) -> TypeError:
    """A gradient to start from that is no tensor."""
    kind = type(value).__name__
    return explained(
        TypeError,
        f"gradients can be either Tensors or None, but got {kind}",
        why=f"the gradient to start from holds one weight for each output element, and {brief(value)} is a {kind}.",
        fix="wrap it: y.backward(torch.tensor(...)).",
        lesson=5,
    )


def no_inputs(function: str) -> RuntimeError:
    """A backward pass to nowhere."""
    return explained(
        RuntimeError,
        f"`inputs` argument to `{function}()` cannot be empty.",
        why="it names the tensors that are to get a gradient, and the list is empty.",
        fix="name some; backward() without inputs gives every leaf its gradient.",
    )


def not_wanted() -> RuntimeError:
    """A gradient with respect to a tensor that does not take part."""
    return explained(
        RuntimeError,
        "One of the differentiated Tensors does not require grad",
        why="a gradient was asked for with respect to a tensor that operations are not recorded for.",
        fix="give it requires_grad=True before the forward pass.",
        lesson=5,
    )


def unused(position: int, shape: Shape) -> RuntimeError:
    """A gradient with respect to a tensor that the output does not depend on."""
    return explained(
        RuntimeError,
        f"The differentiated Tensor at index {position} appears to not have been used in the graph. Set "
        "allow_unused=True if this is the desired behavior.",
        why=f"no path in the graph leads from the outputs to this tensor, of shape {shape}.",
        fix="check that the very tensor, not a copy, was used; or take None with allow_unused=True.",
        lesson=5,
    )


def nothing_recorded(words: str) -> RuntimeError:
    """A hook, or a gradient to keep, where no gradient will pass."""
    return explained(
        RuntimeError,
        words,
        why="nothing is recorded for this tensor, so no gradient will ever pass it.",
        fix="make it, or what it is computed from, with requires_grad=True.",
        lesson=5,
    )


# Of tensors


def not_differentiable(dtype: Any, words: str = "only Tensors of floating point dtype") -> RuntimeError:
    """Gradients asked for where there is no slope."""
    return explained(
        RuntimeError,
        f"{words} can require gradients",
        why=f"this tensor holds {dtype}; between whole numbers there is nothing to slide along, so there is no slope.",
        fix="make it of real numbers: torch.tensor([1., 2.]), dtype=torch.float32 or x.float().",
        lesson=1,
    )


def not_a_leaf(node: str) -> RuntimeError:
    """requires_grad switched off on a computed tensor."""
    return explained(
        RuntimeError,
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
        "subgraph that doesn't require differentiation use var_no_grad = var.detach().",
        why=f"this tensor was computed (by {node}), so its history decides.",
        fix="x = x.detach() gives a tensor that shares the numbers but not the history.",
        lesson=8,
    )


def misfit_grad(have: Shape, have_dtype: Any, want: Shape, want_dtype: Any) -> RuntimeError:
    """A tensor assigned to `.grad` that does not fit."""
    return explained(
        RuntimeError,
        f"attempting to assign a gradient of size '{list(have)}' to a tensor of size '{list(want)}'."
        if have != want
        else f"attempting to assign a gradient with dtype '{scalar_name(have_dtype)}' to a tensor with grad_dtype "
        f"'{c_name(want_dtype)}'.",
        why=f"there is one slope for each element: {want} of {want_dtype}, and this is {have} of {have_dtype}.",
        fix="assign a tensor of the same shape and dtype, or None to clear the gradient.",
        lesson=8,
    )


def grad_of_no_tensor(value: Any) -> TypeError:
    """Something else than a tensor assigned to `.grad`."""
    kind = type(value).__name__
    return explained(
        TypeError,
        f"assigned grad expected to be a Tensor or None but got grad of type {kind}",
        why=f"there is one slope for each element, and {brief(value)} is a {kind}.",
        fix="w.grad = None clears the gradient; w.grad.zero_() sets it to 0.",
        lesson=8,
    )


def own_grad() -> RuntimeError:
    """A tensor assigned to its own `.grad`."""
    return explained(
        RuntimeError,
        "can't assign Variable as its own grad",
        why="the tensor would hold itself.",
        fix="assign a copy: x.grad = x.detach().clone().",
    )


def data_of_no_tensor(value: Any) -> TypeError:
    """Something else than a tensor assigned to `.data`."""
    return explained(
        TypeError,
        f"Variable data has to be a tensor, but got {type(value).__name__}",
        why=f"{brief(value)} has no memory that a tensor could use.",
        fix="wrap it: x.data = torch.tensor(...).",
    )


def not_a_sequence(value: Any) -> TypeError:
    """A number given to the constructor with a capital T."""
    return explained(
        TypeError,
        f"new(): data must be a sequence (got {type(value).__name__})",
        why=f"torch.Tensor with a capital T takes sizes or a list, and {value!r} is neither.",
        fix=f"torch.tensor({value!r}) makes a tensor of a number.",
    )


def grad_of_computed(node: str) -> UserWarning:
    """`.grad` read of a tensor that is no leaf and does not retain its gradient."""
    return explained(
        UserWarning,
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
        "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
        "Tensor, use .retain_grad() on the non-leaf Tensor.",
        why=f"{node} computed this tensor; gradients pass through it to the leaves, and are kept there only.",
        fix="call y.retain_grad() before backward(), or read the .grad of the leaves.",
        lesson=5,
    )


def not_one_element(shape: Shape) -> RuntimeError:
    """`item` of a tensor that does not hold exactly one."""
    size = 1
    for n in shape:
        size *= n
    return explained(
        RuntimeError,
        f"a Tensor with {size} elements cannot be converted to Scalar",
        why=f"its shape is {shape}, and a Python number is a single value.",
        fix="reduce it first, as in x.mean().item(), pick one, as in x[0].item(), or use x.tolist().",
    )


def no_dimension(words: str) -> TypeError:
    """`len` of, or a loop over, a single number."""
    return explained(
        TypeError,
        words,
        why="the tensor is a single number, of shape (): there are no rows to count or to walk through.",
        fix="x.item() is the number; x.reshape(1) is a vector of one element.",
        lesson=7,
    )


def not_a_number(shape: Shape) -> ValueError:
    """`float` or `int` of a tensor that does not hold exactly one element."""
    return explained(
        ValueError,
        "only one element tensors can be converted to Python scalars",
        why=f"its shape is {shape}, and a Python number is a single value.",
        fix="reduce it first, as in float(x.mean()), pick one, as in float(x[0]), or use x.tolist().",
    )


def not_an_index(shape: Shape, dtype: Any) -> TypeError:
    """A tensor to count or to index with that is not a single whole number."""
    return explained(
        TypeError,
        "only integer tensors of a single element can be converted to an index",
        why=f"Python counts with one whole number, and this tensor has shape {shape} and holds {dtype}.",
        fix="n.item() of a tensor with one element is a number; int(...) makes it whole. A list in a product: wrap it.",
    )


def numpy_of_tracked() -> RuntimeError:
    """`numpy` of a tensor that requires grad."""
    return explained(
        RuntimeError,
        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
        why="NumPy records nothing, so what you compute from the array would have no gradient.",
        fix="x.detach().numpy() says that you want the numbers only.",
        lesson=8,
    )


def ambiguous_truth(shape: Shape) -> RuntimeError:
    """`if` of a tensor that does not hold exactly one element."""
    words = "no values" if 0 in shape else "more than one value"
    return explained(
        RuntimeError,
        f"Boolean value of Tensor with {words} is ambiguous",
        why=f"`if` and `and` need one answer, and this tensor has shape {shape}.",
        fix="ask for one: (x > 0).all() or (x > 0).any(); combine element by element with & and |.",
    )


def deepcopy_of_computed() -> RuntimeError:
    """A deep copy of a tensor with history."""
    return explained(
        RuntimeError,
        "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.",
        why="a copy of a computed tensor would need a copy of its whole history.",
        fix="copy.deepcopy(x.detach()) copies the numbers; x.clone() is a copy that stays in the graph.",
    )


def inference_forbids(words: str) -> RuntimeError:
    """Something that needs the count of changes, asked of a tensor made in inference mode."""
    return explained(
        RuntimeError,
        words,
        why="it was made under inference_mode, where changes are not counted; autograd could not trust its value.",
        fix="x.clone() is a normal tensor; or make it under torch.no_grad() instead.",
    )


def detach_of_view() -> RuntimeError:
    """`detach_` of a view."""
    return explained(
        RuntimeError,
        "Can't detach views in-place. Use detach() instead.",
        why="a view shares its history with the tensor that it was taken of.",
        fix="x = x.detach() makes a new tensor, without the history.",
        lesson=8,
    )


def no_such_dim(dim: int, ndim: int) -> IndexError:
    """A dimension that the tensor does not have."""
    limit = max(ndim, 1)
    return explained(
        IndexError,
        f"Dimension out of range (expected to be in range of [{-limit}, {limit - 1}], but got {dim})",
        why=f"the tensor has {ndim} dimensions, counted from 0, or from -1 at the end.",
        fix="choose a dim in that range; x.shape shows the dimensions.",
        lesson=7,
    )
