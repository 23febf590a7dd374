"""Indices and masks are saved for the backward pass: whoever changes one in between is told."""

# mypy: ignore-errors

import torch


def attempt(make, spoil):
    x = torch.arange(6.0).reshape(2, 3).requires_grad_()
    index, mask = torch.tensor([[0, 2], [1, 0]]), torch.tensor([[True, False, True], [False, True, False]])
    y = make(x, index, mask)
    with torch.no_grad():
        spoil(index, mask)
    try:
        y.sum().backward()
        print(x.grad)
    except RuntimeError as error:
        print(str(error).partition(" Hint")[0].partition("\n")[0])


def spoil_index(index, mask):
    index[0, 0] = 1


def spoil_mask(index, mask):
    mask.logical_not_()


for make in (
    lambda x, index, mask: x.gather(1, index),
    lambda x, index, mask: x.scatter(1, index, x[:, :2]),
    lambda x, index, mask: x.scatter_add(1, index, x[:, :2]),
    lambda x, index, mask: x.index_select(1, index[1]),
    lambda x, index, mask: x[:, index[0]],
    lambda x, index, mask: x.index_add(1, index[0], x[:, :2]),
    lambda x, index, mask: x.take(index),
    lambda x, index, mask: torch.nn.functional.embedding(index % 2, x) + x.gather(1, index)[:, :, None],
):
    attempt(make, spoil_index)
    attempt(make, spoil_mask)
for make in (
    lambda x, index, mask: torch.where(mask, x, x * 2),
    lambda x, index, mask: x.masked_fill(mask, 7.0),
    lambda x, index, mask: x.masked_select(mask),
    lambda x, index, mask: x[mask],
    lambda x, index, mask: x.masked_scatter(mask, x * 3),
):
    attempt(make, spoil_mask)
    attempt(make, spoil_index)
