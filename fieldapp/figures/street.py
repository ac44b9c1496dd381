import re

ROAD = re.compile(r"[0-9A-Za-z가-힣·.]*[가-힣0-9](?:대로|로|길)(?=\s|$)")


def street_of(address: str) -> str:
    """The road of a road-name address (도로명주소법 시행령 제3조: it ends in 대로, 로 or 길); empty where it names none."""
    found = ROAD.findall(address.partition("(")[0])
    return found[-1] if found else ""
