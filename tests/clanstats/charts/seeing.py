"""What can be seen in a PNG?"""

import io

from PIL import Image, ImageColor

from clanstats.charts import style


def image(png):
    return Image.open(io.BytesIO(png)).convert("RGB")


def pixels_like(picture, colour, *, within=18):
    """How many pixels are about this colour."""
    wanted = ImageColor.getrgb(colour)
    return sum(
        count
        for count, seen in picture.getcolors(maxcolors=256)
        if max(abs(a - b) for a, b in zip(seen, wanted, strict=True)) <= within
    )


def margins_are_empty(png):
    """Nothing was drawn over the card's left or right edge."""
    picture = image(png)
    edge = style.MARGIN - 6
    strips = (
        picture.crop((0, 0, edge, picture.height)),
        picture.crop((picture.width - edge, 0, picture.width, picture.height)),
    )
    return all(
        pixels_like(strip, style.BACKGROUND, within=4) == strip.width * strip.height
        for strip in strips
    )
