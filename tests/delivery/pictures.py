"""Files as phones send them."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def a_photo(data: bytes | None = None) -> SimpleUploadedFile:
    """A JPEG with Exif data, or the bytes given."""
    if data is None:
        out = io.BytesIO()
        exif = Image.Exif()
        exif[0x010F] = "Spy camera"
        Image.new("RGB", (2400, 1800), "navy").save(out, format="JPEG", exif=exif)
        data = out.getvalue()
    return SimpleUploadedFile("photo.jpg", data, content_type="image/jpeg")
