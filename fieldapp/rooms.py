"""The map of the house: its rooms in the order of the working day. A room imports only rooms that stand before it."""

from importlib import import_module

ROOMS = (
    "events",      # 이력: what happened, and who looked
    "zones",       # 권역: the parts of the district
    "people",      # 사람·권한: who, what they may do, where
    "worktime",    # 업무시간·처리기한: when the office works, by when a thing is due
    "messages",    # 알림: what is told to people outside the pages
    "accounts",    # 계정: how someone gets in, with which zones, until when
    "shops",       # 점포: the register of places to visit
    "owners",      # 대표자·동의: whom a consent opens
    "programmes",  # 지원사업: what an owner may be told of
    "experts",     # 전문가·협약기관: who advises, in which field
    "photos",      # 사진: bytes made clean
    "visits",      # 방문: one shop, one manager, one time
    "grievances",  # 건의·애로: what an owner suffers from
    "referrals",   # 의뢰: a case for the expert pool
    "consultations",  # 컨설팅·사후관리: sessions, results, aftercare
    "figures",     # 집계: what counts, and how much of it
    "sync",        # 송수신: how a record arrives exactly once
    "phone",       # 휴대폰: the shell that works without a network
    "dashboard",   # 현황: today's figures and the map
    "reports",     # 보고: targets, the pledge card, what was issued
    "exports",     # 내보내기: lists that leave the house
    "setup",       # 설정: the demo, the first account, backups
)

DOORS = [import_module(f"fieldapp.{room}") for room in ROOMS]

from fieldapp.database import Sequence  # noqa: E402

MODELS = [Sequence] + [model for door in DOORS for model in getattr(door, "MODELS", [])]


def blueprints() -> list:
    """Every room's blueprint, in the rooms' order; a room without pages has none."""
    found = []
    for room in ROOMS:
        try:
            views = import_module(f"fieldapp.{room}.views")
        except ModuleNotFoundError as error:
            if error.name != f"fieldapp.{room}.views":
                raise
            continue
        found.append(getattr(views, room))
    return found
