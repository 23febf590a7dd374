"""Losses: their values, all ways to reduce them, and what they say of targets that do not fit."""

# mypy: ignore-errors

import warnings

import torch
from torch import nn


def attempt(action):
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            print(action())
        for warning in caught:
            print(warning.category.__name__, str(warning.message).partition("\n")[0])
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).partition('  Why')[0].rstrip()}")


F = nn.functional
torch.manual_seed(0)
scores = torch.randn(2, 3, requires_grad=True)
other = torch.randn(2, 3)
classes = torch.tensor([2, 0])
answers = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
signs = answers * 2 - 1
weight = torch.tensor([0.5, 1.0, 2.0])

for how in ("mean", "sum", "none"):
    for loss in (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.HuberLoss):
        print(loss.__name__, how, loss(reduction=how)(scores, other))
    print(nn.CrossEntropyLoss(weight, reduction=how, label_smoothing=0.1)(scores, classes))
    print(nn.CrossEntropyLoss(ignore_index=0, reduction=how)(scores, classes))
    print(nn.CrossEntropyLoss(reduction=how)(scores, answers / answers.sum(1, keepdim=True)).detach())
    print(nn.BCEWithLogitsLoss(reduction=how, pos_weight=weight)(scores, answers))
    print(nn.BCELoss(weight, reduction=how)(scores.sigmoid(), answers))
    print(nn.KLDivLoss(reduction=how if how != "mean" else "batchmean")(scores.log_softmax(1), other.softmax(1)))
    print(nn.HingeEmbeddingLoss(reduction=how)(scores, signs), nn.SoftMarginLoss(reduction=how)(scores, signs))
    print(nn.MarginRankingLoss(0.5, reduction=how)(scores, other, signs))
    print(nn.CosineEmbeddingLoss(reduction=how)(scores, other, torch.tensor([1, -1])))
    print(nn.TripletMarginLoss(reduction=how)(scores, other, other * 2))
    print(nn.MultiMarginLoss(reduction=how)(scores, classes).detach())
    print(nn.MultiLabelMarginLoss(reduction=how)(scores, torch.tensor([[2, -1, 0], [1, 0, -1]])).detach())
    print(nn.MultiLabelSoftMarginLoss(reduction=how)(scores, answers))
    print(
        nn.PoissonNLLLoss(reduction=how)(scores, answers * 3),
        nn.GaussianNLLLoss(reduction=how)(scores, other, torch.ones(2, 3)),
    )
images = torch.randn(2, 3, 2, 2, requires_grad=True)
loss = nn.CrossEntropyLoss(weight, ignore_index=1)(images, torch.tensor([[[0, 1], [2, 2]], [[1, 1], [0, 2]]]))
loss.backward()
print(loss, images.grad)
print(F.cross_entropy(scores[0], torch.tensor(1)), F.nll_loss(scores[0], torch.tensor(1), reduction="none"))
print(
    F.mse_loss(scores, other, weight=answers + 1),
    F.l1_loss(scores, other, weight=answers + 1),
    F.huber_loss(scores, other, weight=answers + 1),
)
print(
    nn.CrossEntropyLoss()(torch.full((1, 3), float("nan")), torch.tensor([0])),
    nn.MSELoss()(torch.zeros(0), torch.zeros(0)),
)
print(
    nn.CrossEntropyLoss(ignore_index=2)(scores[:1], classes[:1]),
    F.cross_entropy(torch.zeros(0, 3), torch.zeros(0, dtype=torch.int64)),
)
print(dict(nn.CrossEntropyLoss(weight).state_dict()), dict(nn.BCEWithLogitsLoss(pos_weight=weight).state_dict()))

print(nn.TripletMarginWithDistanceLoss(distance_function=nn.CosineSimilarity(), swap=True)(scores, other, other * 2))
print(
    F.poisson_nll_loss(scores, answers * 3, log_input=False, full=True, eps=2.0),
    F.gaussian_nll_loss(scores, other, 0.5, full=True),
)
print(
    F.multi_margin_loss(scores[0], torch.tensor(1), p=2, weight=weight).detach(),
    F.smooth_l1_loss(scores, other, beta=0.0),
)
print(
    F.kl_div(scores, other, reduction="sum", log_target=True),
    F.cosine_embedding_loss(scores[0], other[0], torch.tensor(1)),
)

# What does not fit
attempt(lambda: F.cross_entropy(scores, torch.tensor([0, 3])))
attempt(lambda: F.cross_entropy(scores, torch.tensor([0, -1])))
attempt(lambda: F.cross_entropy(scores, torch.tensor([0])))
attempt(lambda: F.cross_entropy(scores, torch.tensor([[0], [1]])))
attempt(lambda: F.cross_entropy(scores, torch.tensor([0.0, 1.0])))
attempt(lambda: F.cross_entropy(scores, torch.tensor([0, 1], dtype=torch.int32)))
attempt(lambda: F.cross_entropy(scores, answers.long()))
attempt(lambda: F.cross_entropy(scores, classes, weight=torch.ones(2)))
attempt(lambda: F.cross_entropy(scores, classes, label_smoothing=2.0))
attempt(lambda: F.cross_entropy(scores, answers, ignore_index=1))
attempt(lambda: F.cross_entropy(images, torch.zeros(2, 2, dtype=torch.int64)))
attempt(lambda: F.cross_entropy(images, torch.zeros(2, 2, 3, dtype=torch.int64)))
attempt(lambda: F.cross_entropy(torch.tensor(1.0), torch.tensor(0)))
attempt(lambda: F.nll_loss(scores, torch.tensor([0, 3])))
attempt(lambda: F.nll_loss(scores, torch.tensor([0, 1, 2])))
attempt(lambda: F.nll_loss(scores, torch.tensor([0.0, 1.0])))
attempt(lambda: F.nll_loss(scores, classes, reduction="average"))
attempt(lambda: F.binary_cross_entropy(scores, answers))
attempt(lambda: F.binary_cross_entropy(scores.sigmoid(), answers[0]))
attempt(lambda: F.binary_cross_entropy(scores.sigmoid(), answers.long()))
attempt(lambda: F.binary_cross_entropy_with_logits(scores, answers[:1]))
attempt(lambda: F.binary_cross_entropy_with_logits(scores, answers.long()))
attempt(lambda: F.mse_loss(scores, other[:, :1]))
attempt(lambda: F.mse_loss(scores, other[:, :2]))
attempt(lambda: F.mse_loss(scores, other, weight=torch.ones(3)))
attempt(lambda: F.smooth_l1_loss(scores, other[0]))
attempt(lambda: F.smooth_l1_loss(scores, other, beta=-1.0))
attempt(lambda: F.huber_loss(scores, other, delta=0.0))
attempt(lambda: F.l1_loss(scores, other, reduction="average"))
attempt(lambda: F.l1_loss(scores, other, size_average=False))
attempt(lambda: nn.MSELoss(reduce=False))
attempt(lambda: F.kl_div(scores, other.softmax(1)))
attempt(lambda: F.margin_ranking_loss(scores, other, signs[0]))
attempt(lambda: F.cosine_embedding_loss(scores, other, signs))
attempt(lambda: F.cosine_embedding_loss(scores[0], other[0], torch.tensor([1, 1])))
attempt(lambda: nn.TripletMarginLoss(margin=0.0))
attempt(lambda: F.triplet_margin_loss(scores, other, other[0]))
attempt(lambda: F.multi_margin_loss(scores, torch.tensor([0, 3])))
attempt(lambda: F.multi_margin_loss(scores, classes, p=3))
attempt(lambda: F.gaussian_nll_loss(scores, other, -torch.ones(2, 3)))
attempt(lambda: F.gaussian_nll_loss(scores, other, torch.ones(3)))
attempt(lambda: F.poisson_nll_loss(scores, other, reduction="average"))
attempt(lambda: nn.MSELoss(reduction="average")(scores, other))
attempt(lambda: F.nll_loss(scores[0], torch.tensor([1, 2])))
attempt(lambda: F.nll_loss(torch.zeros(2, 3, 4), torch.zeros(2, 5, dtype=torch.int64)))
attempt(lambda: F.nll_loss(torch.tensor(1.0), torch.tensor(0)))
attempt(lambda: F.multi_margin_loss(scores, torch.tensor([1])))
attempt(lambda: F.multi_margin_loss(scores, classes, weight=torch.ones(1, 3)))
attempt(lambda: F.multilabel_margin_loss(scores, torch.tensor([1])))
attempt(lambda: F.kl_div(scores, classes, reduction="sum"))
