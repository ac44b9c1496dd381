"""The made-up map: 도봉구's fourteen 행정동 by name and code, in cells drawn around points and not along real borders."""

from itertools import pairwise

Point = tuple[float, float]  # longitude, latitude in WGS84 degrees

# Names and codes: 행정안전부 행정표준코드 (first eight digits). The points are rough middles.
DONGS = {
    "창동권역": (("11320511", "창1동", (127.043, 37.6455)), ("11320512", "창2동", (127.0365, 37.642)),
              ("11320513", "창3동", (127.041, 37.637)), ("11320514", "창4동", (127.0505, 37.6515)),
              ("11320515", "창5동", (127.042, 37.6565))),
    "쌍문권역": (("11320660", "쌍문1동", (127.0205, 37.654)), ("11320670", "쌍문2동", (127.0365, 37.6565)),
              ("11320680", "쌍문3동", (127.031, 37.647)), ("11320681", "쌍문4동", (127.0295, 37.6555))),
    "방학권역": (("11320690", "방학1동", (127.043, 37.665)), ("11320700", "방학2동", (127.0315, 37.6685)),
              ("11320710", "방학3동", (127.025, 37.6625))),
    "도봉권역": (("11320521", "도봉1동", (127.031, 37.682)), ("11320522", "도봉2동", (127.048, 37.680))),
}
ENGLISH = {"창동권역": "Chang-dong", "쌍문권역": "Ssangmun", "방학권역": "Banghak", "도봉권역": "Dobong"}
OUTLINE: list[Point] = [(127.012, 37.651), (127.027, 37.6425), (127.038, 37.632), (127.047, 37.632), (127.0555, 37.643),
                        (127.0555, 37.660), (127.052, 37.693), (127.030, 37.698), (127.014, 37.690), (127.016, 37.668)]


def cells() -> dict[str, list[Point]]:
    """A ring for each dong's code: what lies nearer to its point than to any other's. They meet without gaps."""
    middles = {code: middle for dongs in DONGS.values() for code, _name, middle in dongs}
    rings = {}
    for code, middle in middles.items():
        ring = OUTLINE
        for other in middles.values():
            if other != middle:
                ring = nearer_to(middle, other, ring)
        rings[code] = [(round(lon, 5), round(lat, 5)) for lon, lat in ring]
    return rings


def nearer_to(here: Point, there: Point, ring: list[Point]) -> list[Point]:
    """The part of a convex ring on this side of the middle line between two points."""
    (ax, ay), (bx, by) = here, there

    def beyond(point: Point) -> float:
        return (point[0] - (ax + bx) / 2) * (bx - ax) + (point[1] - (ay + by) / 2) * (by - ay)

    kept: list[Point] = []
    for one, next_ in pairwise([*ring, ring[0]]):
        before, after = beyond(one), beyond(next_)
        if before <= 0:
            kept.append(one)
        if before * after < 0:
            share = before / (before - after)
            kept.append((one[0] + share * (next_[0] - one[0]), one[1] + share * (next_[1] - one[1])))
    return kept


def polygon(ring: list[Point]) -> dict:
    return {"type": "Polygon", "coordinates": [[list(point) for point in (*ring, ring[0])]]}
