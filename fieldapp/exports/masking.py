"""What stays of a name and a phone number where they are masked: `김○○`, `***-****-1234`."""

import re

PHONE = re.compile(r"(?<![\d-])(?:(?:\+82[- .]?\d{1,2}|\(?0\d{1,2}\)?)[- .]?\d{3,4}[- .]?\d{4}|1[568]\d\d-\d{4})(?!\d)")
SHORTEST = 8  # digits of a number of which four may be shown


def name(text: str) -> str:
    """The first letter; how long the name is, isn't told."""
    return f"{text.strip()[0]}○○" if text.strip() else ""


def phone(text: str) -> str:
    """The last four digits of a whole number, nothing of a shorter one."""
    digits = re.sub(r"\D", "", text)
    if not text.strip():
        return ""
    return f"***-****-{digits[-4:]}" if len(digits) >= SHORTEST else "***-****"


def said(text: str) -> str:
    """What people typed, with the phone numbers in it masked."""
    return PHONE.sub(lambda found: phone(found[0]), text)
