"""One divisible order as a flow over time: from what the network carries to lots, transfers and deliveries."""
