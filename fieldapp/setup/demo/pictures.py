"""Made-up photographs: shop fronts drawn from a few shapes, each a JPEG that any phone could have sent."""

import io
import random

from PIL import Image, ImageDraw

SIZE = (1280, 960)
WALLS = ("#d9cfc1", "#c8d0d4", "#e4dccb", "#cfc6d0", "#b9c4b6")
AWNINGS = ("#8c2f39", "#1f5673", "#3b6b35", "#a8641e", "#5b3f7a")


def shop_front(number: int) -> bytes:
    chance = random.Random(number)
    picture = Image.new("RGB", SIZE, "#bcd3e6")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 780, 1280, 960), fill="#8b8d8f")
    draw.rectangle((90, 140, 1190, 800), fill=chance.choice(WALLS))
    awning = chance.choice(AWNINGS)
    for left in range(90, 1190, 100):
        draw.rectangle((left, 360, left + 50, 450), fill=awning)
        draw.rectangle((left + 50, 360, left + 100, 450), fill="#f4f1ea")
    draw.rectangle((150, 200, 1130, 320), fill=awning)
    for left in range(220, 220 + 90 * chance.randint(4, 8), 90):  # a sign without letters
        draw.rounded_rectangle((left, 230, left + 60, 290), 12, fill="#fbf8f1")
    draw.rectangle((160, 490, 720, 790), fill="#54656f")
    draw.rectangle((800, 490, 1100, 800), fill="#3b4a52")
    for _ in range(12):
        left, top = chance.randint(170, 680), chance.randint(500, 740)
        draw.ellipse((left, top, left + 40, top + 40), fill=chance.choice(AWNINGS + WALLS))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82)
    return out.getvalue()
