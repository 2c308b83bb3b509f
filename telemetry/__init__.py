"""From a machine's own words to states, counts and idle time. Pure Python: knows machines, not markets nor Django."""
