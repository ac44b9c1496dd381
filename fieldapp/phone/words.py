"""What the phone's modules say: one catalogue in parts, translated on the server, read by them from the page."""

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from fieldapp.grievances import DISPOSITIONS
from fieldapp.photos import REASONS
from fieldapp.visits import OUTCOMES

SKIPS = {
    "shut": lazy_gettext("오늘 휴무로 앎"), "passed": lazy_gettext("방금 지나침"), "later": lazy_gettext("나중에"),
    "other": lazy_gettext("기타"),
}


def line() -> dict[str, str]:
    return {
        "offline": _("오프라인 · 이 휴대폰에 {n}건"),
        "offline_none": _("오프라인 · 보낼 것 없음"),
        "sending": _("보내는 중 {k}/{n}"),
        "waiting": _("보낼 것 {n}건"),
        "sent": _("사무실에 모두 전송됨 {time}"),
        "problem": _("확인할 기록 {n}건"),
        "login": _("로그인하면 보냅니다 · 이 휴대폰에 {n}건"),
        "fresh": _("보낼 것 없음"),
        "insecure": _("안전한 연결(https)이 아니라서 오프라인 저장, 위치를 쓸 수 없습니다. 사무실에서 알려 준 https 주소로 열어 주십시오."),
        "first_time": _("처음 한 번은 네트워크에 연결해 주십시오. 연결되면 바로 저장할 수 있습니다."),
    }


def record() -> dict[str, str]:
    return {
        "queued": _("이 휴대폰에 저장됨"),
        "sending_one": _("보내는 중"),
        "uploading": _("사무실 접수, 사진 {k}/{n}"),
        "done": _("사무실 접수 {time}"),
        "done_photos": _("(사진 {n}장)"),
        "held_login": _("로그인하면 보냅니다"),
        "held_other-person": _("작성한 사람이 로그인하면 보냅니다"),
        "held_version": _("앱을 새로 고치면 보냅니다"),
        "held_forbidden": _("이 계정으로는 보낼 수 없습니다"),
        "rejected": _("사무실에서 받지 못했습니다. 고쳐서 다시 저장해 주십시오."),
        "rejected_invalid": _("확인할 곳이 있습니다. 고쳐서 다시 저장해 주십시오."),
        "rejected_too-large": _("내용이 너무 깁니다. 줄여서 다시 저장해 주십시오."),
        "rejected_forged": _("이 휴대폰의 봉인이 아니어서 사무실이 열지 않았습니다. 관리자에게 알려 주십시오."),
        "conflict": _("사무실에 다른 내용이 있습니다. 열어서 다시 저장해 주십시오."),
        "gone": _("사무실에서 파기된 기록입니다"),
        "photo_refused": _("사진 {n}장은 받지 못했습니다: {why}"),
        "photo_lost": _("사진 {n}장이 휴대폰에서 사라졌습니다"),
        "referral_submitted": _("의뢰가 접수되었습니다. 번호 {number}"),
        "referral_draft": _("의뢰 {number}는 연락 동의를 기다립니다"),
        "referral": _("의뢰 {number} {state}"),
    }


def form() -> dict[str, str]:
    return {
        "returned": _("반려"),
        "saved_at": _("임시저장 {time}"),
        "not_saved": _("임시저장하지 못했습니다. 휴대폰 저장 공간을 확인해 주십시오."),
        "quota": _("휴대폰 저장 공간이 부족해 사진을 넣지 못했습니다. 글은 그대로 있습니다."),
        "most_photos": _("사진은 10장까지입니다."),
        "photo_unread": _("사진을 읽지 못했습니다. 다시 촬영해 주십시오."),
        "remove": _("빼기"),
        "photo_n": _("사진 {n}"),
        "need_shop": _("점포를 골라 주십시오."),
        "unknown_shop": _("이 휴대폰에 없는 점포입니다. 아래에서 찾거나 새로 등록해 주십시오."),
        "need_outcome": _("방문 결과를 골라 주십시오."),
        "need_field": _("연계할 분야를 골라 주십시오."),
        "place_wait": _("위치를 찾는 중"),
        "place_ok": _("{m} m 정확"),
        "place_rough": _("{m} m 정확 · 더 찾는 중"),
        "place_far": _("점포에서 {m} 떨어짐"),
        "place_denied": _("위치가 꺼져 있어 점포 위치를 씁니다. 켜려면: 휴대폰 설정 → 앱 → 브라우저 → 권한 → 위치"),
        "place_shop": _("점포 위치를 씁니다"),
        "place_none": _("위치 없이 저장합니다"),
        "place_map": _("지도에서 고른 위치"),
        "place_photo": _("사진의 위치를 씁니다"),
        "wish": _("희망 전문가"),
        "no_wish": _("없음"),
        "none_found": _("찾는 점포가 없습니다."),
    }


def shop() -> dict[str, str]:
    return {
        "last": _("지난번 {day}"),
        "promised": _("약속"),
        "never": _("첫 방문"),
        "absent_n": _("지난번까지 부재 {n}회"),
    }


def today() -> dict[str, str]:
    return {
        "draft": _("작성중"),
        "continue": _("이어 쓰기"),
        "due": _("{day}까지 약속"),
        "overdue": _("{day} 약속 지남"),
        "again": _("재방문"),
        "returned": _("반려"),
        "fix": _("고치기"),
        "why_draft": _("의뢰 {number}: 연락 동의가 필요합니다"),
        "needs_network": _("네트워크에 연결되면 할 수 있습니다. 지금은 아무것도 바뀌지 않았습니다."),
        "none_due": _("오늘 예정된 점포가 없습니다. 점포에서 골라 방문을 기록하십시오."),
        "no_shops": _("맡은 점포가 아직 없습니다. 사무실에서 권역을 맡기면 여기에 나타납니다."),
        "walk": _("{n}곳 · 직선거리 {far}"),
        "skip": _("{name} 건너뛰기"),
        "take_back": _("{name} 되돌리기"),
        **{f"skip_{code}": str(text) for code, text in SKIPS.items()},
    }


def shops() -> dict[str, str]:
    return {
        "none_found": _("찾는 점포가 없습니다."),
        "no_shops": _("맡은 점포가 아직 없습니다. 사무실에서 권역을 맡기면 여기에 나타납니다."),
        "more": _("그 밖에 {n}곳. 검색어를 더 적어 주십시오."),
        "closed_shop": _("폐업·이전"),
        "place_found": _("지금 위치({m} m 정확)를 점포의 위치로 씁니다."),
        "place_unknown": _("위치를 찾는 중입니다. 위치 없이도 등록할 수 있습니다."),
    }


def outbox() -> dict[str, str]:
    return {
        "draft": _("작성중"),
        "continue": _("이어 쓰기"),
        "fix": _("고치기"),
        "retry_at": _("{time}에 다시 보냅니다"),
        "delete": _("지우기"),
        "sure_delete": _("이 작성중 기록을 지울까요?"),
        "empty_outbox": _("보낼 것이 없습니다. 저장한 방문이 여기에 나타났다가 사무실에 닿으면 사라집니다."),
        "day_end": _("오늘 방문 {visits}건, 사진 {photos}장이 사무실에 있습니다."),
        "unsent_n": _("아직 이 휴대폰에만 있는 방문 {n}건, 사진 {p}장"),
        "oldest": _("가장 오래된 것: {time}"),
        "room": _("남은 저장 공간 약 {mb} MB"),
        "kept": _("이 휴대폰은 기록을 지우지 않도록 설정되었습니다."),
        "not_kept": _("브라우저가 저장 공간이 부족하면 기록을 지울 수 있습니다. 홈 화면에 앱을 설치하면 막을 수 있습니다."),
        "uploading_photo": _("사진 보내는 중"),
        "photo_n": _("사진 {n}"),
    }


def codes() -> dict[str, str]:
    return {**{f"outcome_{code}": str(text) for code, text in OUTCOMES.items()},
            **{f"disposition_{code}": str(text) for code, text in DISPOSITIONS.items()}}


def reasons() -> dict[str, str]:
    return {code: str(text) for code, text in REASONS.items()}


PAGES: dict[str, tuple[Callable[[], dict[str, str]], ...]] = {
    "form": (line, record, form, shop, codes, reasons), "today": (line, shop, today, codes), "map": (line, shop, codes),
    "shops": (line, shop, shops, codes), "outbox": (line, record, outbox, reasons), "lock": (line,),
}


def words(page: str) -> dict[str, str]:
    """What the modules of this page say."""
    return {key: text for part in PAGES[page] for key, text in part().items()}
