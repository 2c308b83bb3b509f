"""Photos, for tests."""

import io

from PIL import Image


def a_photo(*, size=(1200, 900), kind="JPEG", **options) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (120, 130, 90)).save(made, format=kind, **options)
    return made.getvalue()
