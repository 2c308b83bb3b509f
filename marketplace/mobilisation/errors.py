"""Refusals to coordinators."""

from marketplace.common.errors import Forbidden


class NotVerified(Forbidden):
    """Anybody may sign up as a coordinator; only a verified office sees other people's need and capacity."""

    code = "mobilisation:not-verified"
