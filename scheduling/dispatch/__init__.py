"""List scheduling by priority rules: a valid plan at once, for any problem the format can state.

`dispatch` places one item of one order after the other, each lot where it bids best. What it decides by
rule (sequence, lot size, slack, enterprises) is a `Guide`, so that a search can vary it.
"""
