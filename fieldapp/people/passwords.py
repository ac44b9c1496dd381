"""What a new password must be: ten characters or more, and none of those that are tried first.

No rule about kinds of characters and no forced change: both make people choose worse (NIST SP 800-63B, 5.1.1.2).
"""

import re
from functools import cache
from pathlib import Path

from flask_babel import gettext as _

SHORTEST, LONGEST = 10, 200
# Ten thousand of the passwords most often seen, as ranked by zxcvbn 4.5.0 (MIT) from lists of leaked ones.
COMMONEST = Path(__file__).with_name("commonest.txt")
OF_THE_DISTRICT = ("dobonggu", "dobong", "ssangmun", "changdong", "chang", "banghak", "seoul", "fieldapp", "manager", "office",
                   "sosanggongin",
                   "도봉구청", "도봉구", "도봉", "쌍문", "창동", "방학", "서울", "소상공인", "매니저", "지원단", "권역", "현장")
NO_LETTER = re.compile(r"[\W\d_]+")


@cache
def commonest() -> frozenset[str]:
    return frozenset(COMMONEST.read_text("utf-8").split())


def refused(password: str, *own: str) -> str:
    """Why `password` can't be taken, in the reader's language, or nothing; `own` are the words of its owner: log-in, name."""
    if len(password) < SHORTEST:
        return _("비밀번호는 %(n)s자 이상이어야 합니다.", n=SHORTEST)
    if len(password) > LONGEST:
        return _("비밀번호는 %(n)s자까지 쓸 수 있습니다.", n=LONGEST)
    folded = password.casefold()
    if folded in commonest() or NO_LETTER.sub("", folded) in commonest():
        return _("많은 사람이 쓰는 비밀번호라 가장 먼저 시도됩니다. 다른 것을 정해 주십시오.")
    if len(set(folded)) < 4 or not without(folded, own):
        return _("아이디, 이름, 구와 업무의 이름이나 숫자만으로는 쉽게 맞힐 수 있습니다. 다른 낱말을 더해 주십시오.")
    return ""


def without(folded: str, own: tuple[str, ...]) -> str:
    """The letters that are left when what everyone here could guess is taken out."""
    known = {NO_LETTER.sub("", word.casefold()) for word in (*OF_THE_DISTRICT, *own)} - {""}
    left = NO_LETTER.sub("", folded)
    for word in sorted(known, key=len, reverse=True):
        left = left.replace(word, "")
    return left
