"""Who makes how much, when, where: one divisible order as a flow over time, with proven bounds."""
