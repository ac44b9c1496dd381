import io
import random
import sys
import threading
import time
import zipfile
import zlib

import pytest
from PIL import Image

from fieldapp.photos import MAX_BYTES, REASONS, Unclean
from fieldapp.photos.clean import LARGE, MAX_PIXELS, SMALL, clean
from tests.photos.pictures import (
    BLUE,
    GREEN,
    HEIC,
    HEIC_TURNED,
    RED,
    WHITE,
    chunk,
    coded,
    colours,
    decoded,
    exif,
    png,
    quarters,
    segments,
    stored,
)

SECRETS = (b"Secret", b"GPS", b"Exif", b"<script", b"<?php", b"PK\x03\x04", b"ICC_PROFILE", b"http://ns.adobe.com", b"Photoshop")
PLAIN_SEGMENTS = {0xE0, 0xDB, 0xC0, 0xC4}  # JFIF, quantisation, frame, Huffman tables: pixels need no other


def refusal(body: bytes) -> str:
    with pytest.raises(Unclean) as told:
        clean(body)
    assert told.value.code in REASONS
    return told.value.code


def assert_nothing_but_pixels(photo) -> None:
    for body in (photo.large, photo.small):
        assert set(segments(body)) == PLAIN_SEGMENTS
        assert not [secret for secret in SECRETS if secret in body]
        picture = decoded(body)
        assert picture.format == "JPEG" and picture.mode == "RGB" and not picture.getexif()
        assert set(picture.info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_upright_whatever_its_orientation_and_says_no_more_where_it_was(orientation):
    body = coded(stored(quarters(), orientation), exif=exif(orientation))
    assert b"SecretPhone" in body and decoded(body).getexif().get_ifd(0x8825), "the test's own picture has what must go"
    photo = clean(body)
    assert (photo.width, photo.height) == (64, 48)
    for copy in (photo.large, photo.small):
        assert decoded(copy).size == (64, 48) and colours(decoded(copy)) == [RED, GREEN, BLUE, WHITE]
    assert_nothing_but_pixels(photo)


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_orientation_that_there_is_not_turns_nothing(orientation):
    photo = clean(coded(quarters(), exif=exif(orientation)))
    assert (photo.width, photo.height) == (64, 48) and colours(decoded(photo.large)) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize(("size", "large", "small"), [
    ((4000, 3000), (1600, 1200), (320, 240)), ((3000, 4000), (1200, 1600), (240, 320)), ((1600, 1600), (1600, 1600), (320, 320)),
    ((1000, 10), (1000, 10), (320, 3)), ((12_000, 2), (1600, 1), (320, 1)), ((2, 12_000), (1, 1600), (1, 320)), ((1, 1), (1, 1), (1, 1))])
def test_copies_lie_within_1600_and_320_pixels_and_nothing_is_enlarged(size, large, small):
    photo = clean(coded(Image.new("RGB", size, RED)))
    assert (photo.width, photo.height) == size
    assert (decoded(photo.large).size, decoded(photo.small).size) == (large, small)
    assert LARGE == 1600 and SMALL == 320


def test_a_large_photo_that_lay_on_its_side_keeps_its_pixels_places():
    """The JPEG is decoded at a fraction of its size, then turned, then made smaller."""
    on_its_side = coded(quarters(3000, 4000).transpose(Image.Transpose.ROTATE_90), exif=exif(6))
    photo = clean(on_its_side)
    assert (photo.width, photo.height) == (3000, 4000) and decoded(photo.large).size == (1200, 1600)
    assert colours(decoded(photo.large)) == colours(decoded(photo.small)) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("mode", ["RGB", "P", "L", "1", "LA", "RGBA", "I;16"])
def test_every_kind_of_png_becomes_an_ordinary_photo(mode):
    if mode == "I;16":
        picture = Image.new("I;16", (64, 48))
        for x in range(64):
            for y in range(48):
                picture.putpixel((x, y), 65_535 if x >= 32 and y >= 24 else 0)
    else:
        picture = quarters(mode=mode)
    photo = clean(coded(picture, "PNG"))
    assert_nothing_but_pixels(photo)
    found = colours(decoded(photo.large))
    assert found == [RED, GREEN, BLUE, WHITE] if mode in ("RGB", "P", "RGBA") else found[3] == WHITE and (0, 0, 0) in found


def test_a_grey_of_sixteen_bits_keeps_its_tone():
    picture = Image.new("I;16", (20, 20), 128 * 256)
    tone = decoded(clean(coded(picture, "PNG")).large).convert("L").getpixel((10, 10))
    assert isinstance(tone, int) and abs(tone - 128) <= 2


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_is_white(kind):
    picture = quarters(mode="RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 32, 24))
    body = coded(picture, kind, **{"lossless": True} if kind == "WEBP" else {})
    assert colours(decoded(clean(body).large)) == [WHITE, GREEN, BLUE, WHITE]


def test_a_palette_with_a_transparent_colour_is_white_there():
    picture = quarters().quantize(4)
    body = coded(picture, "PNG", transparency=picture.getpixel((5, 5)))
    assert colours(decoded(clean(body).large)) == [WHITE, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("more", [{"quality": 90}, {"lossless": True}, {"save_all": True, "append_images": [Image.new("RGB", (64, 48))]}])
def test_webp_and_only_its_first_picture(more):
    photo = clean(coded(quarters(), "WEBP", exif=exif(), **more))
    assert colours(decoded(photo.large)) == [RED, GREEN, BLUE, WHITE]
    assert_nothing_but_pixels(photo)


def test_a_moving_png_is_its_first_picture():
    photo = clean(coded(quarters(), "PNG", save_all=True, append_images=[Image.new("RGB", (64, 48))], exif=exif()))
    assert colours(decoded(photo.large)) == [RED, GREEN, BLUE, WHITE]
    assert_nothing_but_pixels(photo)


def test_heic_as_phones_of_some_makers_take_it():
    photo = clean(HEIC.read_bytes())
    assert (photo.width, photo.height) == (64, 48) and colours(decoded(photo.large)) == [RED, GREEN, BLUE, WHITE]
    assert_nothing_but_pixels(photo)
    turned = clean(HEIC_TURNED.read_bytes())
    assert (turned.width, turned.height) == (48, 64) and colours(decoded(turned.large)) == [BLUE, RED, WHITE, GREEN]


def test_cmyk_keeps_its_colours():
    photo = clean(coded(quarters(mode="CMYK")))
    assert colours(decoded(photo.large)) == [RED, GREEN, BLUE, WHITE]
    assert_nothing_but_pixels(photo)


def test_a_progressive_a_grey_and_a_finely_sampled_jpeg():
    assert colours(decoded(clean(coded(quarters(), progressive=True, optimize=True)).large)) == [RED, GREEN, BLUE, WHITE]
    assert colours(decoded(clean(coded(quarters(), subsampling=2)).large)) == [RED, GREEN, BLUE, WHITE]
    assert decoded(clean(coded(quarters(mode="L"))).large).mode == "RGB"


@pytest.mark.parametrize("stowaway", [
    b"<html><script>alert(1)</script>", b"<?php system($_GET['c']);", b"\x00" * 70_000 + b"%PDF-1.7 Secret"])
def test_what_is_hung_on_behind_the_pixels_is_gone(stowaway):
    body = coded(quarters())
    assert clean(body + stowaway) == clean(body)


def test_a_photo_that_is_an_archive_too_is_only_a_photo():
    body = io.BytesIO()
    body.write(coded(quarters()))
    with zipfile.ZipFile(body, "a") as archive:
        archive.writestr("Secret.html", "<script>alert(1)</script>")
    assert zipfile.is_zipfile(io.BytesIO(body.getvalue()))
    photo = clean(body.getvalue())
    assert not zipfile.is_zipfile(io.BytesIO(photo.large)) and photo == clean(coded(quarters()))
    assert_nothing_but_pixels(photo)


def test_comments_profiles_and_other_segments_are_gone():
    body = coded(quarters(), exif=exif(), comment=b"Secret <script>", icc_profile=b"Secret" * 50, xmp=b"<x:xmpmeta>Secret</x:xmpmeta>",
                 dpi=(300, 300))
    app13 = b"\xff\xed\x00\x18Photoshop 3.0\x00Secret\x00\x00"
    assert_nothing_but_pixels(clean(body[:2] + app13 + body[2:]))


def test_chunks_of_text_in_a_png_are_gone():
    body = coded(quarters(), "PNG")
    hidden = chunk(b"tEXt", b"Comment\0Secret <script>") + chunk(b"eXIf", exif()[6:])
    photo = clean(body[:33] + hidden + body[33:] + b"<script>")
    assert_nothing_but_pixels(photo)


def test_a_photo_within_the_limit_of_pixels_is_taken():
    width = 7300
    photo = clean(coded(Image.new("L", (width, MAX_PIXELS // width), 200), quality=30))
    assert (photo.width, photo.height) == (width, MAX_PIXELS // width) and decoded(photo.large).size == (1600, 1201)


def test_50_megapixels_are_refused_before_a_pixel_is_decoded():
    """The head alone is enough: there are no pixels that could be decoded."""
    body = coded(Image.new("L", (8000, 6250)), quality=30)
    assert refusal(body) == refusal(body[:1000]) == "photo-too-many-pixels"


@pytest.mark.parametrize("size", [(60_000, 60_000), (10_000, 10_000), (6325, 6325), (2**31 - 1, 2**31 - 1), (40_000_001, 1)])
def test_a_bomb_is_known_by_what_its_head_says(size):
    assert refusal(png(*size)) in ("photo-too-many-pixels", "photo-unreadable")
    assert refusal(png(*size)) == "photo-too-many-pixels" or size[0] > 2**30


def test_a_bomb_of_text_in_a_small_png_is_refused():
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * 60_000_000))
    assert refusal(png(8, 8, bomb, pixels=b"\0\xff" * 8)) == "photo-unreadable"


@pytest.mark.parametrize("size", [(0, 0), (0, 5)])
def test_a_picture_without_pixels_is_refused(size):
    assert refusal(png(*size)) in ("photo-unreadable", "photo-format")


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "PDF", "ICO", "PPM", "TGA", "AVIF", "JPEG2000"])
def test_other_kinds_of_pictures_are_refused(kind):
    assert refusal(coded(quarters(), kind)) == "photo-format"


@pytest.mark.parametrize("body", [
    b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', b"%PDF-1.7", b"<html>", b"PK\x03\x04", b"\xff",
    b"\0" * 5000, b"RIFF\x00\x00\x00\x00WAVE", b"GIF89a", b"just words", "가게 사진".encode()])
def test_what_is_no_picture_is_refused(body):
    assert refusal(body) == "photo-format"


def test_empty_and_too_large():
    assert refusal(b"") == "photo-empty"
    assert refusal(coded(quarters()) + b"\0" * MAX_BYTES) == "photo-too-large"
    body = coded(quarters())
    assert clean(body + b"\0" * (MAX_BYTES - len(body))).width == 64


BODIES = {"jpeg": coded(quarters(640, 480), exif=exif()), "progressive": coded(quarters(640, 480), progressive=True),
          "png": coded(quarters(640, 480), "PNG"), "webp": coded(quarters(640, 480), "WEBP"), "heic": HEIC.read_bytes()}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_photo_that_was_cut_off_anywhere_is_refused(body):
    for share in range(1, 40):
        assert refusal(body[:len(body) * share // 40]) in ("photo-truncated", "photo-unreadable", "photo-format"), share


def test_a_jpeg_that_was_cut_off_says_so():
    body = BODIES["jpeg"]
    assert refusal(body[:len(body) // 2]) == "photo-truncated"


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_whatever_bytes_are_changed_it_is_a_photo_or_unclean(body):
    chance, taken = random.Random(5), 0
    for _turn in range(150):
        broken = bytearray(body)
        for _flip in range(chance.randint(1, 30)):
            broken[chance.randrange(min(len(broken), 600))] = chance.randrange(256)
        try:
            photo = clean(bytes(broken))
        except Unclean as told:
            assert told.code in REASONS
        else:
            taken += 1
            assert set(segments(photo.large)) == PLAIN_SEGMENTS
    assert taken < 150


def test_many_at_once_are_cleaned_two_at_a_time(monkeypatch):
    """Each takes up to 120 MB while it is decoded."""
    running, most, lock, done = [0], [0], threading.Lock(), []
    module = sys.modules["fieldapp.photos.clean"]
    copies = module._copies

    def counted(body):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        found = copies(body)
        with lock:
            running[0] -= 1
        return found

    monkeypatch.setattr(module, "_copies", counted)
    threads = [threading.Thread(target=lambda: done.append(clean(BODIES["jpeg"]))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 8 and len({photo.large for photo in done}) == 1 and most[0] == 2
