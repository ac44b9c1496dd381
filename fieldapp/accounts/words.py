"""What happened to an account, in words."""

from flask_babel import lazy_gettext as _

KINDS = {
    "person.created": _("계정을 만듦"), "person.changed": _("내용을 고침"),
    "person.stopped": _("중지"), "person.resumed": _("다시 시작"),
    "person.leaves": _("마지막 날을 정함"), "person.invited": _("초대"),
    "invitation.opened": _("초대를 염"), "person.joined": _("초대를 마침"),
    "person.password_changed": _("비밀번호를 바꿈"), "person.unlocked": _("잠김을 풂"), "person.logged_in": _("로그인"),
    "person.logged_out": _("로그아웃"), "person.proved": _("2단계 인증"), "second.set": _("2단계 인증 설정"),
    "second.dropped": _("2단계 인증 해제"), "recovery.renewed": _("복구 번호 새로 만듦"), "session.ended": _("로그인을 끝냄"),
    "envelope.forged": _("봉인된 기록이 맞지 않아 열지 않음"), "grant.given": _("권역을 맡김"), "grant.ended": _("권역이 끝남"),
}
