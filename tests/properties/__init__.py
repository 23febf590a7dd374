"""Laws that hold for any shapes, dimensions and indices: Hypothesis draws them, NumPy and finite differences judge."""
