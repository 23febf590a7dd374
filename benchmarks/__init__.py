"""How fast teachgrad is, beside PyTorch and NumPy by hand, in one run: ``make bench``.

`workloads` says what is computed, `tensors` and `arrays` say it in the words of the libraries, `peers` lists who takes
part, `worker` runs in the process of one of them, `runner` asks them in turn, and `table` prints what came out.
"""
