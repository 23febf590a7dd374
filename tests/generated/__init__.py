"""Programs that nobody wrote: drawn at random, run in teachgrad and in PyTorch, compared in all that they leave behind.

`grammar` lists what a program may say, `drawing` draws one, `running` runs it and writes down what is there afterwards,
`comparing` judges two such records and shortens a program on which they differ.
"""
