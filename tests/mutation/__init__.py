"""Plants bugs in the rules, one at a time, and sees that a test turns red.

    python -m tests.mutation                      # a sample of each rule; about an hour
    python -m tests.mutation --rule grant --all   # every bug in one file
    python -m tests.mutation --laws               # whether the laws alone notice one in each rule

A bug that no test notices is a survivor: it is killed by a new test, or, where it changes nothing
that anybody could see, explained in ``equivalent.toml``.
"""
