"""A linear relaxation of the contract: who makes how much in which window, with no sequence in time.

Every valid plan, its waste left aside, is a solution of it, whatever its lots; so its optimum is a bound over all
plans, and what it leaves undelivered cannot be delivered. It also tells a search whom to employ.
"""
