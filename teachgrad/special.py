"""Special functions, as ``torch.special``: the names. The work is done in `ops/`."""

from __future__ import annotations

import math

from teachgrad.ops.bessel import i0 as i0
from teachgrad.ops.bessel import i1 as i1
from teachgrad.ops.corners import round as round
from teachgrad.ops.corners import where as _where
from teachgrad.ops.gamma import digamma as digamma
from teachgrad.ops.gamma import lgamma as gammaln  # noqa: F401
from teachgrad.ops.gamma import mvlgamma as multigammaln  # noqa: F401
from teachgrad.ops.gamma import polygamma as polygamma
from teachgrad.ops.pointwise import exp2 as exp2
from teachgrad.ops.pointwise import expm1 as expm1
from teachgrad.ops.pointwise import log1p as log1p
from teachgrad.ops.pointwise import sigmoid as expit  # noqa: F401
from teachgrad.ops.reduction import logsumexp as logsumexp
from teachgrad.ops.softmax import log_softmax as log_softmax
from teachgrad.ops.softmax import softmax as softmax
from teachgrad.ops.special import erf as erf
from teachgrad.ops.special import erfc as erfc
from teachgrad.ops.special import erfinv as erfinv
from teachgrad.ops.special import logit as logit
from teachgrad.ops.special import sinc as sinc
from teachgrad.ops.special import xlogy as xlogy
from teachgrad.ops.strangers import answering as _answering
from teachgrad.tensor import Tensor

psi = digamma


def entr(input: Tensor) -> Tensor:
    """What a probability adds to an entropy, -p log p; 0 for 0 and -inf below, as ``torch.special.entr``."""
    added: Tensor = _where(input < 0, -math.inf, -xlogy(input, input))
    return added


def ndtr(input: Tensor) -> Tensor:
    """The probability that a standard normal number is below `input`, as ``torch.special.ndtr``."""
    half: Tensor = erfc(input * -math.sqrt(0.5)) / 2
    return half


globals().update(_answering(globals(), prefix="special_"))
