"""Photos as phones send them, and how fast bare Pillow makes the two copies of one durable."""

import hashlib
import io
import os
import random
import secrets
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image, ImageFilter

SIDE, SMALL, QUALITY = (1600, 1200), 320, 80
BYTES = 250_000


def taken(number: int) -> bytes:
    """A photo of some 250 KB: blurred shapes under as much noise as that takes."""
    shapes = Image.frombytes("RGB", (40, 30), random.Random(number).randbytes(40 * 30 * 3)).filter(ImageFilter.GaussianBlur(1))
    shapes = shapes.resize(SIDE, Image.Resampling.BICUBIC)
    noise = Image.merge("RGB", [Image.effect_noise(SIDE, 80) for _ in range(3)])
    least, most = 0.0, 1.0
    for _ in range(7):
        part = (least + most) / 2
        body = jpeg(Image.blend(shapes, noise, part))
        least, most = (least, part) if len(body) > BYTES else (part, most)
    return body


def renamed(body: bytes) -> tuple[str, bytes]:
    """The same picture with another hash: a comment of 16 bytes after the start of the file."""
    body = body[:2] + b"\xff\xfe\x00\x12" + secrets.token_bytes(16) + body[2:]
    return hashlib.sha256(body).hexdigest(), body


def bare_pillow(folder: str, bodies: list[bytes], threads: int, seconds: float) -> float:
    """Photos a second that so many threads decode, encode at 1600 and 320 pixels, and write durably."""
    places = [Path(folder, str(number)) for number in range(threads)]
    for place in places:
        place.mkdir(parents=True)
    begun = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(lambda place: keep_copies(place, bodies, begun + seconds), places))
    rate = sum(count for count, _ended in done) / (max(ended for _count, ended in done) - begun)
    shutil.rmtree(folder)
    return rate


def keep_copies(folder: Path, bodies: list[bytes], until: float) -> tuple[int, float]:
    count = 0
    while time.monotonic() < until or not count:
        with Image.open(io.BytesIO(bodies[count % len(bodies)])) as photo:
            large = photo.convert("RGB")
        small = large.copy()
        small.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
        for side, copy in (("large", large), ("small", small)):
            durably(folder, f"{count}.{side}.jpg", jpeg(copy))
        sync_folder(folder)
        count += 1
    return count, time.monotonic()


def jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def durably(folder: Path, name: str, body: bytes) -> None:
    """Write beside it, sync, rename."""
    with open(folder / ".new", "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    os.replace(folder / ".new", folder / name)


def sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
