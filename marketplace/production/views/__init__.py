"""Pages of production: the factory's, the buyer's, and the station's at the machine."""
