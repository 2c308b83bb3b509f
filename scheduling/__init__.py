"""Plans: their format, their independent checker and the solvers. Pure Python: knows no Django and no database."""
