"""What functions with several results return: a tuple whose entries also have names, as ``torch.return_types``.

Ground floor: it knows no tensors.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any, ClassVar


class Named(tuple[Any, ...]):
    """A tuple that shows its entries by their names, and offers them as attributes.

    >>> result = max((5.0, 1))
    >>> result.values, result[1]
    (5.0, 1)
    >>> print(result)
    torch.return_types.max(
    values=5.0,
    indices=1)
    """

    __slots__ = ()
    names: ClassVar[tuple[str, ...]] = ()

    def __repr__(self) -> str:
        entries = ",\n".join(f"{name}={entry!r}" for name, entry in zip(self.names, self))
        return f"torch.return_types.{type(self).__name__}(\n{entries})"


def _kind(name: str, *names: str) -> Any:
    entries = {entry: property(itemgetter(place)) for place, entry in enumerate(names)}
    return type(name, (Named,), {"__slots__": (), "__module__": __name__, "names": names, **entries})


cummax, cummin, kthvalue, max, median, min, mode, nanmedian, sort, topk = (
    _kind(name, "values", "indices")
    for name in ("cummax", "cummin", "kthvalue", "max", "median", "min", "mode", "nanmedian", "sort", "topk")
)
aminmax = _kind("aminmax", "min", "max")
histogram = _kind("histogram", "hist", "bin_edges")
svd = _kind("svd", "U", "S", "V")
qr = _kind("qr", "Q", "R")
slogdet = _kind("slogdet", "sign", "logabsdet")
linalg_eigh = _kind("linalg_eigh", "eigenvalues", "eigenvectors")
linalg_qr = _kind("linalg_qr", "Q", "R")
linalg_slogdet = _kind("linalg_slogdet", "sign", "logabsdet")
linalg_svd = _kind("linalg_svd", "U", "S", "Vh")
frexp = _kind("frexp", "mantissa", "exponent")
linalg_cholesky_ex = _kind("linalg_cholesky_ex", "L", "info")
linalg_inv_ex = _kind("linalg_inv_ex", "inverse", "info")
linalg_solve_ex = _kind("linalg_solve_ex", "result", "info")
linalg_eig = _kind("linalg_eig", "eigenvalues", "eigenvectors")
linalg_lu = _kind("linalg_lu", "P", "L", "U")
linalg_lu_factor = _kind("linalg_lu_factor", "LU", "pivots")
linalg_lu_factor_ex = _kind("linalg_lu_factor_ex", "LU", "pivots", "info")
lu_unpack = _kind("lu_unpack", "P", "L", "U")
triangular_solve = _kind("triangular_solve", "solution", "cloned_coefficient")
linalg_lstsq = _kind("linalg_lstsq", "solution", "residuals", "rank", "singular_values")
