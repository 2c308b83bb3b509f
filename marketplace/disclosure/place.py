"""Where somebody is, as coarsely as the audience may know."""

CITY_GRID_DEG = 0.25  # about 28 km: everybody in a city stands on one of a few points


def city_point(lat: float, lon: float) -> tuple[float, float]:
    """A position at city level: the nearest corner of a quarter-degree grid."""
    return round(lat / CITY_GRID_DEG) * CITY_GRID_DEG, round(lon / CITY_GRID_DEG) * CITY_GRID_DEG
