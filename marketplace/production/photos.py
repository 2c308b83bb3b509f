"""Photos from phones: read with care and written anew, small and without what the phone knows about itself."""

import io

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from marketplace.production.errors import PhotoRefused

MAX_BYTES = 5_000_000
MAX_PIXELS = 40_000_000  # phones take 12 to 50 million; beyond is a bomb or a poster
KEPT_BYTES = 500_000
LONGEST_SIDE = 1600  # pixels; a scratch is seen, a face across the hall is not
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITIES = (85, 75, 60, 45)


def rewrite(photo: bytes) -> bytes:
    """A JPEG of at most KEPT_BYTES without metadata. Raises `PhotoRefused`."""
    if len(photo) > MAX_BYTES:
        raise PhotoRefused(_("The photo is larger than 5 MB."), field="photo", value=len(photo))
    try:
        with Image.open(io.BytesIO(photo), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PhotoRefused(_("The photo has too many pixels."), field="photo")
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotoRefused(_("This is no photo: JPEG, PNG or WebP."), field="photo") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return _small(upright)


def _small(image: Image.Image) -> bytes:
    while True:
        for quality in QUALITIES:
            made = io.BytesIO()
            image.save(made, format="JPEG", quality=quality, optimize=True)
            if made.tell() <= KEPT_BYTES:
                return made.getvalue()
        image = image.resize((max(1, image.width // 2), max(1, image.height // 2)))
