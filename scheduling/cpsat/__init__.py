"""Exact sequencing of few lots with CP-SAT: optional intervals for every lot, machine and window.

`slots` says which lots may exist, `variables` makes their variables, each file of `constraints` states
rules of the contract, `objective` the sum to minimise, `model` drives. `exactness` says when the model
covers every plan of a problem, so that its bound and its infeasibility are proofs.
"""
