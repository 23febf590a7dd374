"""The op table, by family. A row holds a forward pass and its gradient formulas; see `table`."""
