"""What a list may be taken for, and what of it each purpose needs (개인정보 보호법 제3조: the least that does)."""

from flask_babel import lazy_gettext as _

BUSINESS, STATISTICS, FIELD, SUBJECT = "business", "statistics", "field", "subject"

PURPOSES = {
    BUSINESS: _("업무 보고"), STATISTICS: _("통계·분석"), FIELD: _("현장 확인"), SUBJECT: _("정보주체 요청 대응"),
}
SAID_OF = {
    BUSINESS: _("점포와 결과. 대표자와 전화는 가리고, 메모는 넣지 않습니다."),
    STATISTICS: _("점포를 알 수 없게. 상호·주소·사람은 빼고, 위치는 100 m 안팎으로 흐립니다."),
    FIELD: _("찾아가는 데 드는 것. 메모와 위치까지 넣고, 대표자와 전화는 가립니다."),
    SUBJECT: _("한 점포의 모든 것. 그 점포의 대표자가 청한 때에만 씁니다."),
}
ALL = tuple(PURPOSES)
NAMED = (BUSINESS, FIELD, SUBJECT)  # those who are told which shop it is
TOLD = (FIELD, SUBJECT)  # those who need what was said
OPEN_TO = (FIELD, SUBJECT)  # those for which a name and a phone may stand unmasked
OF_ONE_SHOP = (SUBJECT,)
COARSE = (STATISTICS,)
COARSE_DIGITS = 3  # of a degree: some 100 metres
