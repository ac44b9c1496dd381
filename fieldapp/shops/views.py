import shutil
from collections.abc import Mapping

from flask import Blueprint, Response, g, request
from flask_babel import get_locale
from flask_babel import gettext as _

from fieldapp import durable
from fieldapp.database import uuid7
from fieldapp.errors import REFUSED, Conflict, NotFound, Problem
from fieldapp.form import UUID, Reader
from fieldapp.people import Person
from fieldapp.shops.columns import NAMES, NEEDED, WORDS, find_columns, is_semas, key_of
from fieldapp.shops.facts import LIMITS, REASONS
from fieldapp.shops.importing import BATCH
from fieldapp.shops.intake import SENT, Upload, uploaded
from fieldapp.shops.plan import DOUBTS, NOTES
from fieldapp.shops.register import SEMAS_SOURCE
from fieldapp.shops.shop import Shop
from fieldapp.shops.shop_import import (
    LEFT,
    STATES,
    VERDICTS,
    SameFile,
    ShopImport,
    ShopImportChange,
    ShopImportColumns,
    Stale,
    folder,
)
from fieldapp.shops.verdicts import told
from fieldapp.shops.working import work
from fieldapp.web import allow, go, page, stored, wants_part

shops = Blueprint("shops", __name__)

ROWS = 50  # on one page of a list
AT_ONCE = 512 * 1024  # bytes of a file that is read while one waits; a longer one is the worker's
NAMED = tuple(word for word in NAMES if word != "source")


@shops.get("/shops/imports")
@allow("shop.import")
def imports():
    """Where a list is brought in, and all that were."""
    return listed()


def listed(problem: Problem | None = None, typed: Mapping[str, str] | None = None) -> Response:
    before = request.args.get("before", "")
    rows = ShopImport.select().order_by(ShopImport.uid.desc()).limit(ROWS + 1)
    found = list(rows.where(ShopImport.uid < before) if UUID.fullmatch(before) else rows)
    return page("shops/imports/index.html", status=problem.status if problem else 200, rows=found[:ROWS], states=STATES, verdicts=VERDICTS,
                more=found[ROWS - 1].uid if len(found) > ROWS else "", names=names_of(found), problem=problem, typed=typed or {},
                names_of_columns=NAMES, words=WORDS, needed=NEEDED)


def names_of(runs: list[ShopImport]) -> dict[str, str]:
    return dict(Person.select(Person.uid, Person.name).where(Person.uid.in_({run.person for run in runs})).tuples())


@shops.post("/shops/imports")
@allow("shop.import")
def take_list():
    """Keep the file and read it, at once where it is short. A file that is here and not done with leads to its import."""
    typed: dict[str, str] = {}
    try:
        with stored(), uploaded() as upload:
            form = Reader(upload.form)
            typed = {name: "".join(form.values.get(name, [])[:1]) for name in ("source", "elsewhere")}
            source, elsewhere = form.text("source", limit=LIMITS["source"]), form.flag("elsewhere")
            form.finish()
            run = received(upload, source, elsewhere)
    except SameFile as same:
        return go(f"/shops/imports/{same.uid}?same=1")
    except REFUSED as problem:
        return listed(problem, typed)
    return begun(run, run.size <= AT_ONCE)


def received(upload: Upload, source: str, elsewhere: bool) -> ShopImport:
    """The file in a folder of its own, and then its row: whoever sees the row finds the file."""
    uid = uuid7()
    place = folder() / uid
    place.mkdir(mode=0o700)
    durable.settle(upload.place, place / SENT)
    try:
        return ShopImport.receive(uid=uid, person=g.person.uid, file=upload.name, sha256=upload.sha256, size=upload.size,
                                  source=source, only_own=not elsewhere, language=str(get_locale()))
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def begun(run: ShopImport, at_once: bool) -> Response:
    """Do what is short now, and leave the rest to the worker; then show how far it is."""
    mine = ShopImport.claim(run.uid) if at_once else None
    if mine:
        work(mine)
    return go(f"/shops/imports/{run.uid}")


@shops.get("/shops/imports/<run>")
@allow("shop.import")
def one_import(run: str):
    """One import: how far it is, what it would do or did, row by row."""
    return shown(ShopImport.get_known(run))


def shown(run: ShopImport, problem: Problem | None = None, typed: Mapping[str, list[str]] | None = None) -> Response:
    if wants_part() and run.is_under_way:
        return page("shops/imports/_progress.html", run=run, states=STATES)
    if wants_part():
        return go(f"/shops/imports/{run.uid}")
    counts = run.counted
    verdict = request.args.get("verdict", "") or next((one for one in VERDICTS if counts.get(one)), "")
    after = request.args.get("after", "")
    rows, more = told(run.folder, verdict, int(after) if after.isdigit() and len(after) < 16 else 0)
    return page("shops/imports/show.html", status=problem.status if problem else 200, run=run, states=STATES, verdicts=VERDICTS,
                notes=NOTES, counts=counts, verdict=verdict, rows=rows, more=more, words=WORDS, reasons=REASONS, doubts=DOUBTS,
                name=names_of([run]).get(run.person, ""), problem=problem, lefts=LEFT, left=left_of(run), earlier=earlier_of(run),
                named=NAMED, needed=NEEDED, chosen=chosen(run, typed or {}), may_name=not is_semas(run.titles), sources=sources())


def left_of(run: ShopImport) -> list[ShopImportChange]:
    """What could not be taken back, the first hundred by name."""
    if run.state not in ("undone", "undoing"):
        return []
    return list(ShopImportChange.select().where(ShopImportChange.run == run.uid, ShopImportChange.left.in_(list(LEFT)))
                .order_by(ShopImportChange.name, ShopImportChange.shop).limit(100))


def earlier_of(run: ShopImport) -> ShopImport | None:
    """The last time that the same file was brought in."""
    if run.state != "shown":
        return None
    return (ShopImport.select().where(ShopImport.sha256 == run.sha256, ShopImport.uid != run.uid, ShopImport.state == "done")
            .order_by(ShopImport.done_at.desc()).first())


def chosen(run: ShopImport, typed: Mapping[str, list[str]]) -> dict[str, str]:
    """Which title is chosen for each of our words: as typed, as remembered, or as known."""
    if typed:
        return {word: "".join(typed.get(word, [])[:1]) for word in (*NAMED, "source")}
    remembered, source = ShopImportColumns.remembered(key_of(run.titles))
    found = {word: run.titles[place] for word, place in find_columns(run.titles, remembered).items()}
    return found | {"source": run.source or source}


def sources() -> list[str]:
    """Of which sources shops are known, to be chosen from."""
    of_lists = Shop.select(Shop.source).where(Shop.source.not_in((SEMAS_SOURCE, "street", "office")))
    return [source for (source,) in of_lists.distinct().limit(20).tuples()]


@shops.post("/shops/imports/<run>/columns")
@allow("shop.import")
def name_columns(run: str):
    """Which column is what, remembered for every table with the same titles; then the file is read anew."""
    found = ShopImport.get_known(run)
    form = Reader(request.form.to_dict(flat=False))
    titles = {title for title in found.titles if title.strip()}
    try:
        columns = {word: title_in(form, word, titles) for word in NAMED}
        for word in NEEDED:
            if not columns[word]:
                form.refuse(word, _("어느 열인지 골라 주십시오."))
        twice = [word for word in columns if columns[word] and list(columns.values()).count(columns[word]) > 1]
        for word in twice:
            form.refuse(word, _("한 열을 두 번 골랐습니다."))
        source = form.text("source", limit=LIMITS["source"],
                           required="" if "source" in find_columns(found.titles) else _("이 목록을 어디서 받았는지 적어 주십시오."))
        form.finish()
        if found.state not in ("asking", "shown") or is_semas(found.titles):
            raise Conflict(_("이미 저장하고 있거나 끝난 가져오기입니다."))
        with stored():
            ShopImportColumns.remember(key_of(found.titles), columns, source, g.person.uid)
            if not found.put(state="received", source=source, tries=0, done=0):
                raise Conflict(_("이미 저장하고 있거나 끝난 가져오기입니다."))
    except REFUSED as problem:
        return shown(found, problem, form.values)
    return begun(found, found.size <= AT_ONCE)


def title_in(form: Reader, word: str, titles: set[str]) -> str:
    """The title that was chosen; as it stands in the file, which may hold what a form does not."""
    given = form.text(word, limit=1000)
    title = next((one for one in titles if " ".join(one.split()) == " ".join(given.split())), "") if given else ""
    if given and not title:
        form.refuse(word, _("목록에 있는 것을 골라 주십시오."))
    return title


@shops.post("/shops/imports/<run>/confirm")
@allow("shop.import")
def confirm(run: str):
    """Do what was shown. Where another import was written since, it is read anew, to be looked at again."""
    found, form = ShopImport.get_known(run), Reader(request.form.to_dict(flat=False))
    doubtful = form.flag("doubtful")
    try:
        form.finish()
        with stored():
            refuse_unless(found, "shown")
            found.confirm(g.person.uid, doubtful)
    except Stale as problem:
        found.put(state="received", tries=0)
        mine = ShopImport.claim(found.uid) if found.size <= AT_ONCE else None
        if mine:
            work(mine)
        return shown(ShopImport.get_known(run), problem)
    except REFUSED as problem:
        return shown(ShopImport.get_known(run), problem)
    return begun(found, found.rows <= BATCH * 4)


@shops.post("/shops/imports/<run>/<act>")
@allow("shop.import")
def act(run: str, act: str):
    """drop what was shown, go on with what stopped, undo what was done."""
    found = ShopImport.get_known(run)
    try:
        Reader(request.form.to_dict(flat=False)).finish()
        with stored():
            if act == "drop":
                refuse_unless(found, "shown", "asking", "received", "failed")
                found.drop(g.person.uid)
            elif act == "resume":
                refuse_unless(found, "failed")
                found.go_on(g.person.uid)
            elif act == "undo":
                if not found.may_undo():
                    raise Conflict(_("되돌릴 것이 없거나 이미 되돌렸습니다."))
                found.take_back(g.person.uid)
            else:
                raise NotFound()
    except REFUSED as problem:
        return shown(ShopImport.get_known(run), problem)
    if act == "drop":
        return go("/shops/imports")
    return begun(found, act == "undo" and found.rows <= BATCH * 4)


def refuse_unless(run: ShopImport, *states: str) -> None:
    if run.state not in states:
        raise Conflict(_("이미 저장하고 있거나 끝난 가져오기입니다."))
