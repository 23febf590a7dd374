"""Random numbers: PyTorch's own, for the same seed. `source` makes random words, `distributions` shapes them.

Ground floor: this package knows arrays, and nothing of tensors.
"""
