"""Reading shipments, where they are, what came of them and when all will be there."""
