"""What a worker process finds under the name `torch`, if it was started by a program that runs under `as_torch`.

Where processes are not copies of their parent (on macOS and Windows), the parent's modules are gone and only the list
of folders to search is handed over. So `as_torch` puts this file's folder on that list, and here the name is taken
over once more, for the whole life of the process.
"""

import sys
from pathlib import Path

if __name__ == "torch":
    sys.path.append(str(Path(__file__).parents[2]))  # teachgrad may not be installed, only lie in its parent's folder
    from teachgrad.alias import as_torch

    for_good = as_torch()
    for_good.__enter__()
