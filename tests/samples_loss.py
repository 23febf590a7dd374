# ruff: noqa: E501 - a sample is a line
"""Samples of losses, of look-up tables and of what has chance in it (outside of training); see `samples.py`."""

from __future__ import annotations

from tests.sampling import written

REDUCTIONS = ("mean", "sum", "none")
CLASSES = "torch.tensor([2, 0])"
MANY = "torch.tensor([[2, 0, 1], [1, 1, 2]])"  # for scores of shape (2, 3, 3)
WEIGHT = "torch.tensor([0.5, 2, 1], dtype=a.dtype)"
SIGNS = "torch.tensor([[1, -1, 1], [-1, 1, 1]], dtype=a.dtype)"

DISTANCES = [
    *(written(f"F.{name}_loss(a, b, reduction='{how}')", (2, 3), (2, 3)) for name in ("mse", "smooth_l1", "huber") for how in REDUCTIONS),
    *(written(f"F.l1_loss(a, b, reduction='{how}')", (2, 3), (2, 3)) for how in REDUCTIONS),
    *(written(f"F.{name}_loss(a, b, reduction='{how}', weight={SIGNS} + 2)", (2, 3), (2, 3), named=False) for name in ("mse", "l1", "huber") for how in ("mean", "none")),
    written("F.huber_loss(a, b, delta=0.4)", (2, 3), (2, 3)),
    written("F.smooth_l1_loss(a, b, beta=0.4)", (2, 3), (2, 3)),
    written("F.smooth_l1_loss(a, b, beta=0)", (2, 3), (2, 3)),
    *(written(f"F.poisson_nll_loss(a, b, {kw})", (2, 3), (2, 3), domain=(1.1, 3), named=False) for kw in ("reduction='none'", "log_input=False", "full=True")),
    written("F.gaussian_nll_loss(a, b, c)", (2, 3), (2, 3), (2, 3), domain=(0.5, 2), named=False),
    written("F.gaussian_nll_loss(a, b, c, full=True, reduction='sum')", (2, 3), (2, 3), (2,), domain=(0.5, 2), named=False),
    written("F.gaussian_nll_loss(a, b, 0.5, reduction='none')", (2, 3), (2, 3), named=False),
]  # fmt: skip

OF_CLASSES = [
    *(written(f"F.nll_loss(a, {CLASSES}, {kw})", (2, 3)) for kw in ("reduction='mean'", "reduction='none'", f"weight={WEIGHT}, ignore_index=0, reduction='none'")),
    *(written(f"F.nll_loss(a, torch.tensor(1), {kw})", (3,)) for kw in ("reduction='mean'", "reduction='none'")),
    *(written(f"F.nll_loss(a, {MANY}, {kw})", (2, 3, 3), named="none" not in kw) for kw in ("reduction='mean'", "reduction='none'", f"weight={WEIGHT}, ignore_index=1")),
    *(written(f"F.cross_entropy(a, {CLASSES}, {kw})", (2, 3)) for kw in ("reduction='mean'", "reduction='sum'", "reduction='none'", f"weight={WEIGHT}", "ignore_index=2", f"weight={WEIGHT}, reduction='none'")),
    *(written(f"F.cross_entropy(a, {CLASSES}, label_smoothing=0.2, {kw})", (2, 3), named=False) for kw in ("reduction='mean'", "reduction='none'", f"weight={WEIGHT}, ignore_index=0")),
    *(written(f"F.cross_entropy(a, b, {kw})", (2, 3), (2, 3), domain=(0, 1), named=False) for kw in ("reduction='mean'", f"weight={WEIGHT}, reduction='none'", "label_smoothing=0.3")),
    written("F.cross_entropy(a, b)", (3,), (3,), domain=(0, 1), named=False),
    written("F.cross_entropy(a, torch.tensor(1))", (3,)),
    *(written(f"F.cross_entropy(a, {MANY}, {kw})", (2, 3, 3), named=kw.startswith("weight")) for kw in ("reduction='none'", f"weight={WEIGHT}", "label_smoothing=0.1")),
    *(written(f"F.kl_div(a, b, reduction='{how}')", (2, 3), (2, 3), domain=(0.1, 1), named=False) for how in ("sum", "none", "batchmean")),
    written("F.kl_div(a, b, reduction='batchmean', log_target=True)", (2, 3), (2, 3), named=False),
    *(written(f"F.binary_cross_entropy(a, b, {kw})", (2, 3), (2, 3), domain=(0.1, 0.9)) for kw in ("reduction='mean'", f"weight={SIGNS}, reduction='none'")),
    *(written(f"F.binary_cross_entropy_with_logits(a, b, {kw})", (2, 3), (2, 3)) for kw in ("reduction='mean'", f"pos_weight={WEIGHT}", f"weight={SIGNS}, pos_weight={WEIGHT}, reduction='none'")),
    *(written(f"F.soft_margin_loss(a, {SIGNS}, reduction='{how}')", (2, 3)) for how in ("mean", "none")),
    *(written(f"F.multi_margin_loss(a, {CLASSES}, {kw})", (2, 3), named=False) for kw in ("reduction='mean'", "p=2, reduction='none'", f"margin=0.3, weight={WEIGHT}, reduction='sum'")),
    written("F.multi_margin_loss(a, torch.tensor(1))", (3,), named=False),
    *(written(f"F.multilabel_margin_loss(a, torch.tensor([[2, 0, -1], [1, -1, 0]]), reduction='{how}')", (2, 3), named=False) for how in ("mean", "none")),
    written("F.multilabel_margin_loss(a, torch.tensor([1, -1, 2]))", (3,), named=False),
    *(written(f"F.multilabel_soft_margin_loss(a, b, {kw})", (2, 3), (2, 3), named=False) for kw in ("reduction='none'", f"weight={WEIGHT}")),
]  # fmt: skip

OF_PAIRS = [
    *(written(f"F.hinge_embedding_loss(a, {SIGNS}, reduction='{how}')", (2, 3), named=False) for how in ("mean", "none")),
    written(f"F.margin_ranking_loss(a, b, {SIGNS}, margin=0.3, reduction='sum')", (2, 3), (2, 3), named=False),
    written("F.cosine_embedding_loss(a, b, torch.tensor([1, -1]), margin=-0.9, reduction='sum')", (2, 3), (2, 3), named=False),
    written("F.cosine_embedding_loss(a, b, torch.tensor(1))", (3,), (3,), named=False),
    *(written(f"F.triplet_margin_loss(a, b, c, {kw})", (2, 3), (2, 3), (2, 3), named=False) for kw in ("reduction='mean'", "p=1, reduction='none'", "margin=5.0, swap=True")),
    written("F.triplet_margin_with_distance_loss(a, b, c, distance_function=lambda x, y: (x - y).abs().sum(-1), margin=4.0)", (2, 3), (2, 3), (2, 3), named=False),
    written("F.pairwise_distance(a, b)", (2, 3), (2, 3), named=False),
    written("F.pairwise_distance(a, b, p=1, keepdim=True)", (2, 3), (3,), named=False),
    written("F.normalize(a)", (2, 3), named=False),
    written("F.normalize(a, p=3, dim=0)", (2, 3), named=False),
    written("F.bilinear(a, b, c)", (2, 3), (2, 2), (4, 3, 2), named=False),
]  # fmt: skip

INDEX = "torch.tensor([[1, 3], [1, 0]])"
TABLES = [
    written(f"F.embedding({INDEX}, a)", (4, 3)),
    *(written(f"F.embedding_bag({INDEX}, a, mode='{mode}'{kw})", (4, 3), named=False) for mode in ("mean", "sum", "max") for kw in ("", ", padding_idx=1")),
    *(written(f"F.embedding_bag({INDEX}.reshape(-1), a, torch.tensor([0, 1, 1, 4]), mode='{mode}'{kw})", (4, 3), named=False) for mode in ("mean", "sum", "max") for kw in ("", ", include_last_offset=True")),
    written(f"F.embedding_bag({INDEX}, a, mode='sum', per_sample_weights=b)", (4, 3), (2, 2), named=False),
    written("F.rrelu(a)", (2, 3)),
    written("F.softmin(a, 1)", (2, 3)),
]  # fmt: skip

LOSSES = DISTANCES + OF_CLASSES + OF_PAIRS + TABLES
