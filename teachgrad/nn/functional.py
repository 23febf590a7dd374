"""The functions behind the layers, without parameters of their own, as ``torch.nn.functional``.

They are written in families in `ops`, each of which lists what it offers; this module gathers them. What stands here is
how networks call functions that tensors have as well.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from teachgrad.errors import explained
from teachgrad.ops import pointwise
from teachgrad.ops import softmax as probabilities
from teachgrad.ops.activation import *
from teachgrad.ops.arrange import pad as pad
from teachgrad.ops.attention import *
from teachgrad.ops.classification import *
from teachgrad.ops.convolution import *
from teachgrad.ops.einsum import bilinear as bilinear
from teachgrad.ops.embedding import *
from teachgrad.ops.linalg import linear as linear
from teachgrad.ops.loss import *
from teachgrad.ops.noise import *
from teachgrad.ops.normalization import *
from teachgrad.ops.norms import cosine_similarity as cosine_similarity
from teachgrad.ops.norms import normalize as normalize
from teachgrad.ops.norms import pairwise_distance as pairwise_distance
from teachgrad.ops.norms import pdist as pdist
from teachgrad.ops.pointwise import sigmoid as sigmoid
from teachgrad.ops.pointwise import tanh as tanh
from teachgrad.ops.pooling import *
from teachgrad.ops.ranking import *
from teachgrad.ops.resampling import *
from teachgrad.ops.strangers import answering
from teachgrad.scope import refusing
from teachgrad.tensor import Tensor


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else 0, as ``torch.nn.functional.relu``; `inplace` writes it over the input."""
    return relu_(input) if inplace else pointwise.relu(input)


def relu_(input: Tensor) -> Tensor:
    """`relu` in place, as ``torch.nn.functional.relu_``."""
    return input.relu_()


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Scores to probabilities along `dim`, as ``torch.nn.functional.softmax``."""
    return probabilities.softmax(input, _chosen_dim("softmax", input, dim, _stacklevel), dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """`softmax` of what is to be small: of minus the input, as ``torch.nn.functional.softmin``."""
    return probabilities.softmax(-input, _chosen_dim("softmin", input, dim, _stacklevel), dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """The logarithm of `softmax`, as ``torch.nn.functional.log_softmax``."""
    return probabilities.log_softmax(input, _chosen_dim("log_softmax", input, dim, _stacklevel), dtype)


def _chosen_dim(name: str, input: Tensor, dim: int | None, stacklevel: int) -> int:
    if dim is not None:
        return dim
    warnings.warn(
        explained(
            UserWarning,
            f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an "
            "argument.",
            why=f"the numbers along one dimension add up to 1; of shape {input.array.shape}, which one is a guess.",
            fix=f"{name}(x, dim=-1) runs along each row.",
        ),
        stacklevel=stacklevel,
    )
    return 0 if input.array.ndim in (0, 1, 3) else 1


globals().update(answering(globals()))

if not TYPE_CHECKING:  # which would take any name for one that is there
    __getattr__ = refusing(__name__)
