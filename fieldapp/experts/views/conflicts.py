from flask import g, request
from flask_babel import gettext as _

from fieldapp.database import writing
from fieldapp.errors import Invalid, NotFound
from fieldapp.experts.conflict import Conflict
from fieldapp.experts.expert import Expert
from fieldapp.experts.views.blueprint import experts
from fieldapp.experts.views.show import page_about
from fieldapp.form import UUID, Reader
from fieldapp.shops import Shop
from fieldapp.web import allow, go

OFFERED = 10  # shops to choose from where several fit


@experts.post("/experts/<uid>/conflicts")
@allow("expert.edit")
def add_conflict(uid: str):
    """Note a conflict with the shop that was named; where several fit, offer them."""
    expert = Expert.get_reachable(g.person, uid)
    form = Reader(request.form.to_dict(flat=False))
    words = form.text("shop", limit=100, required=_("점포의 이름을 적어 주십시오."))
    chosen, reason = form.uid("chosen"), form.text("conflict_reason", limit=200, required=_("까닭을 적어 주십시오."))
    found = shops_named(chosen or words) if words or chosen else []
    try:
        form.finish()
        with writing():
            Conflict.add(expert, the_one(found, words), reason, g.person.uid)
    except Invalid as problem:
        form.errors |= problem.fields
        return page_about(expert, 422, form, matches=found[:OFFERED] if len(found) > 1 else ())
    return go(f"/experts/{uid}")


def shops_named(words: str) -> list[Shop]:
    """The shops within reach that are meant by a uid or by words, and one more than is offered."""
    reach = Shop.reachable_by(g.person)
    if UUID.fullmatch(words):
        return list(reach.where(Shop.uid == words))
    return list(Shop.matching(reach, words).order_by(Shop.name, Shop.uid).limit(OFFERED + 1))


def the_one(found: list[Shop], words: str) -> Shop:
    """The only shop, or the only one of exactly this name. Raises Invalid."""
    exact = [shop for shop in found if shop.title == words]
    if len(found) == 1 or len(exact) == 1:
        return (exact or found)[0]
    if not found:
        raise Invalid(fields={"shop": _("찾는 점포가 없습니다. 낱말을 줄여 보십시오.")})
    if len(found) > OFFERED:
        raise Invalid(fields={"shop": _("%(n)s곳이 넘습니다. 주소나 지점을 덧붙이거나 아래에서 골라 주십시오.", n=OFFERED)})
    raise Invalid(fields={"shop": _("여러 곳이 맞습니다. 아래에서 골라 주십시오.")})


@experts.post("/experts/<uid>/conflicts/<conflict>/remove")
@allow("expert.edit")
def remove_conflict(uid: str, conflict: str):
    expert = Expert.get_reachable(g.person, uid)
    with writing():
        found = Conflict.get_or_none(Conflict.uid == conflict, Conflict.expert == expert.uid)
        if found is None:
            raise NotFound()
        found.remove(g.person.uid)
    return go(f"/experts/{uid}")
