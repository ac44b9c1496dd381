"""Who can log in to the demo, with passwords made at random and kept in a file that its owner alone can read."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

import pyotp

from fieldapp.people import LETTERS

FILE = "demo-logins.json"

CAST = (("changdong", "창동 매니저", "manager", "창동권역"), ("ssangmun", "쌍문 매니저", "manager", "쌍문권역"),
        ("dobong", "도봉 매니저", "manager", "도봉권역"), ("banghak", "방학 매니저", "manager", "방학권역"),
        ("supervisor", "지역경제과 감독", "supervisor", ""), ("coordinator", "지원단 담당자", "coordinator", ""),
        ("expert-labor", "노무 전문가", "expert", ""), ("expert-tax", "세무 전문가", "expert", ""), ("admin", "관리자", "admin", ""),
        ("two-factor", "2단계 인증을 쓰는 감독", "supervisor", ""))
WITH_SECOND = {"two-factor"}


@dataclass(frozen=True)
class Login:
    login: str
    password: str
    name: str
    role: str
    zone: str
    secret: str = ""  # of the second factor, for the account that shows it


def make_logins(data: Path) -> list[Login]:
    """The cast with new passwords, written down before any account is made with them."""
    made = [Login(login, "".join(secrets.choice(LETTERS) for _ in range(12)), name, role, zone,
                  pyotp.random_base32() if login in WITH_SECOND else "") for login, name, role, zone in CAST]
    file = data / FILE
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump([asdict(login) for login in made], out, ensure_ascii=False, indent=1)
    return made


def kept_logins(data: Path) -> list[Login]:
    """What was written down, or nothing."""
    try:
        return [Login(**entry) for entry in json.loads((data / FILE).read_text("utf-8"))]
    except FileNotFoundError:
        return []
