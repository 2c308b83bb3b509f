"""Who can make what, and who makes how much when. Pure Python: knows no Django and no database."""
