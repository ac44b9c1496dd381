from fieldapp.people import Person
from fieldapp.shops import ShopImport
from fieldapp.shops.working import work
from tests.published import published

__all__ = ["an_import", "published"]

COUNTED = ("new", "changed", "doubtful", "unchanged", "refused", "duplicate", "superseded", "elsewhere")
LIST = """source,source_id,name,road_address,phone,lat,lon
가상 목록,1,가상빵집,가상로 1,02  956 0909,37.65,127.04
가상 목록,2,가상꽃집,가상로 2,,127.04,37.65
가상 목록,3,,가상로 3,,,
"""


def an_import(by: Person, content: str = LIST, name: str = "list.csv") -> str:
    """A list that was read and waits to be confirmed."""
    run = ShopImport.receive(person=by.uid, file=name, sha256=f"{hash(content):064x}"[-64:], size=len(content.encode()))
    run.folder.mkdir(parents=True)
    (run.folder / "sent").write_text(content)
    claimed = ShopImport.claim(run.uid)
    assert claimed
    work(claimed)
    return run.uid
