"""What the columns of a shop file are called: the published 상가(상권)정보 and whoever else keeps a list."""

import hashlib
from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _

# The 39 columns of 소상공인시장진흥공단 상가(상권)정보, as published on data.go.kr (15083033).
SEMAS = (
    "상가업소번호", "상호명", "지점명", "상권업종대분류코드", "상권업종대분류명", "상권업종중분류코드",
    "상권업종중분류명", "상권업종소분류코드", "상권업종소분류명", "표준산업분류코드", "표준산업분류명", "시도코드",
    "시도명", "시군구코드", "시군구명", "행정동코드", "행정동명", "법정동코드", "법정동명", "지번코드",
    "대지구분코드", "대지구분명", "지번본번지", "지번부번지", "지번주소", "도로명코드", "도로명", "건물본번지",
    "건물부번지", "건물관리번호", "건물명", "도로명주소", "구우편번호", "신우편번호", "동정보", "층정보", "호정보",
    "경도", "위도",
)

# Our word for a column, then the names under which it is accepted, the better one first.
NAMES = {
    "source": ("source_dataset", "source", "출처"),
    "source_id": ("상가업소번호", "source_id", "관리번호", "업소아이디", "id"),
    "name": ("상호명", "name", "사업장명", "업소명", "상호"),
    "branch": ("지점명", "branch"),
    "industry": ("상권업종소분류명", "category_raw", "industry", "업태구분명", "분류코드명", "업종명", "업종"),
    "industry_code": ("상권업종소분류코드", "category_code", "industry_code", "분류코드", "업종코드"),
    "address_road": ("도로명주소", "road_address", "address_road", "도로명전체주소", "업소 주소", "주소"),
    "address_lot": ("지번주소", "lot_address", "address_lot", "소재지전체주소"),
    "phone": ("phone_raw", "phone", "소재지전화", "업소 전화번호", "전화번호", "전화"),
    "gu_code": ("시군구코드", "gu_code"),
    "dong_code": ("행정동코드", "dong_code"),
    "dong_name": ("행정동명", "dong_by_polygon", "dong", "행정동"),
    "building": ("동정보", "building"),
    "floor": ("층정보", "floor", "층"),
    "unit": ("호정보", "unit", "호"),
    "lat": ("위도", "lat", "latitude"),
    "lon": ("경도", "lng", "lon", "longitude"),
}
NEEDED = ("source_id", "name")
# What each of our words is called on a page.
WORDS = {
    "source_id": _("업소 번호"), "name": _("상호"), "branch": _("지점명"), "industry": _("업종"), "industry_code": _("업종 코드"),
    "address_road": _("도로명주소"), "address_lot": _("지번주소"), "phone": _("전화"), "dong_name": _("행정동"),
    "dong_code": _("행정동 코드"), "gu_code": _("시군구 코드"), "building": _("동 (건물)"), "floor": _("층"), "unit": _("호"),
    "lat": _("위도"), "lon": _("경도"), "source": _("출처"), "zone": _("권역"), "manager": _("매니저"), "to_check": _("확인 필요"),
}
NEEDED_OF_SEMAS = (*NEEDED, "address_road", "gu_code", "dong_code", "lat", "lon")


def is_semas(header: Iterable[str]) -> bool:
    return SEMAS[0] in map(_plain, header)


def find_columns(header: list[str], named: Mapping[str, str] | None = None) -> dict[str, int]:
    """Where each of our words stands in the header; unknown columns are passed over. `named` titles go before the known ones."""
    places = {_plain(title): place for place, title in reversed(list(enumerate(header))) if title.strip()}
    told = {word: (_plain(title),) for word, title in (named or {}).items()}
    return {word: places[title] for word, titles in (NAMES | told).items()
            for title in reversed(titles) if title in places}


def missing_columns(header: list[str], named: Mapping[str, str] | None = None) -> list[str]:
    """The columns without which the file can't be imported, by the name under which it should have them."""
    found = find_columns(header, named)
    if is_semas(header):
        return [NAMES[word][0] for word in NEEDED_OF_SEMAS if word not in found]
    return [NAMES[word][1] for word in NEEDED if word not in found]


def key_of(header: Iterable[str]) -> str:
    """The same for the same set of titles, in whatever order they stand."""
    titles = sorted({_plain(title) for title in header} - {""})
    return hashlib.sha256("\n".join(titles).encode(errors="replace")).hexdigest()


def _plain(title: str) -> str:
    return " ".join(title.replace("\ufeff", "").lower().split())
