"""Entries of the register that may be one shop: looked at side by side, made one, kept apart, or parted again."""

from flask import g, request
from flask_babel import gettext as _

from fieldapp.dashboard.alike import FACTS, double_of, open_pairs, owners_differ, staying
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.database import writing
from fieldapp.errors import REFUSED, Conflict, NotFound, Problem
from fieldapp.form import UUID, Reader, clean
from fieldapp.owners import refuse_resident_number
from fieldapp.shops import REASONS, Shop, ShopMerge, ShopPair, find
from fieldapp.web import allow, go, page, stored

FOUND = 12  # shops that a search for the other entry shows


@dashboard.get("/shops/alike")
@allow("shop.merge")
def alike():
    return listed()


def listed(problem: Problem | None = None):
    shop, before = (clean(request.args.get(name, "")) for name in ("shop", "before"))
    points, _tilde, uid = before.partition("~")
    after = (int(points), uid) if points.isdigit() and len(points) < 4 and UUID.fullmatch(uid) else None
    found = Shop.reachable_by(g.person).where(Shop.uid == shop).first() if UUID.fullmatch(shop) else None
    rows, count, more = open_pairs(g.person, found.uid if found else "", after)
    last = rows[-1].pair if rows and more else None
    return page("shops/alike.html", status=problem.status if problem else 200, rows=rows, count=count, shop=found, facts=FACTS,
                reasons=REASONS, problem=problem, more=f"{last.points}~{last.uid}" if last else "")


@dashboard.post("/shops/alike/<pair>/different")
@allow("shop.merge")
def different(pair: str):
    """They are two, and nobody is asked again."""
    found = ShopPair.get_or_none(ShopPair.uid == pair)
    if found is None:
        raise NotFound()
    form = Reader(request.form.to_dict(flat=False))
    why = form.text("why", limit=300)
    try:
        form.finish()
        with stored(), writing():
            found.part(g.person.uid, why)
    except Conflict:
        return listed(Conflict(_("그 사이 다른 사람이 이 두 점포를 정리했습니다.")))
    except REFUSED as problem:
        return listed(problem)
    return go("/shops/alike")


@dashboard.get("/shops/<uid>/merge")
@allow("shop.merge")
def merging(uid: str):
    """The other entry is looked for, then both stand side by side with what would move."""
    return compared(standing(uid), other_of(request.args.get("with", "")))


def standing(uid: str) -> Shop:
    found = Shop.reachable_by(g.person).where(Shop.uid == uid).first()
    if found is None:
        raise NotFound()
    return found


def other_of(uid: str) -> Shop | None:
    return Shop.reachable_by(g.person).where(Shop.uid == uid).first() if UUID.fullmatch(uid) else None


def compared(shop: Shop, other: Shop | None, problem: Problem | None = None, typed: dict[str, str] | None = None):
    q = clean(request.args.get("q", ""))[:60] if request.method == "GET" else ""
    found = find(q)[:FOUND + 1] if q else []
    rows = list(Shop.reachable_by(g.person).where(Shop.uid.in_(found), Shop.uid != shop.uid)) if found else []
    rows.sort(key=lambda row: found.index(row.uid))
    double = double_of(shop, other) if other and other != shop else None
    return page("shops/merge.html", status=problem.status if problem else 200, shop=shop, double=double, q=q, rows=rows[:FOUND],
                facts=FACTS, owners_differ=double is not None and owners_differ(double.one.shop, double.other.shop), problem=problem,
                typed=typed or {})


@dashboard.post("/shops/<uid>/merge")
@allow("shop.merge")
def merge(uid: str):
    form = Reader(request.form.to_dict(flat=False))
    shop, other = standing(uid), other_of(form.uid("with"))
    kept = form.choice("kept", {shop.uid, other.uid} if other else {}, required=_("어느 쪽을 남길지 골라 주십시오."))
    why = form.text("why", limit=300)
    refuse_resident_number(form, "why", why)
    if other is None or other == shop:
        form.refuse("with", _("합칠 다른 점포를 골라 주십시오."))
    try:
        form.finish()
        assert other
        stays, goes = (shop, other) if kept == shop.uid else (other, shop)
        with stored(), writing():
            ShopMerge.join(stays, goes, g.person.uid, why, but=staying(shop, other))
    except REFUSED as problem:
        return compared(shop, other, problem, {"kept": kept, "why": why})
    return go(f"/shops/{stays.uid}")


@dashboard.post("/shops/merges/<uid>/undo")
@allow("shop.merge")
def part_again(uid: str):
    found = ShopMerge.get_or_none(ShopMerge.uid == uid)
    if found is None:
        raise NotFound()
    form = Reader(request.form.to_dict(flat=False))
    why = form.text("why", limit=300, required=_("왜 되돌리는지 적어 주십시오."))
    refuse_resident_number(form, "why", why)
    try:
        form.finish()
        with stored(), writing():
            found.undo(g.person.uid, why)
    except REFUSED as problem:
        return page("shops/parting.html", status=problem.status, merge=found, kept=found.kept, gone=found.gone, problem=problem, why=why)
    return go(f"/shops/{found.gone_id}")
