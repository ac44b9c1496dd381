"""Whatever a file holds: it is read or refused in words, and each of its rows has one verdict, with a reason where it is not kept."""

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.database import db
from fieldapp.shops import Shop, ShopImport, bring_waiting
from fieldapp.shops.columns import NAMES, SEMAS
from fieldapp.shops.facts import REASONS
from fieldapp.shops.plan import DOUBTS, Latest
from fieldapp.shops.shop_import import VERDICTS
from fieldapp.shops.verdicts import every, told
from tests.published import table

OF_ROWS = [verdict for verdict in VERDICTS if verdict != "vanished"]
DIRT = st.one_of(
    st.sampled_from(["", "null", "　", " 02  956 0909", "서울특별시 서울 도봉구 가상로 1", "37.65", "127.04", "=SUM(A1)", '="007"', "@x",
                     "가\n나", '쉼표, "따옴표"', "99", "\ufeff", "x" * 400]),
    st.text(alphabet='가나다A1 ,"|;\t　\x07', max_size=12))
PLAIN = {"source_id": ["1", "2", "3", "4"], "name": ["가게", "분식", "빵집"], "lat": ["37.65", "127.04", ""],
         "lon": ["127.04", "37.65", ""]}


@st.composite
def files(draw) -> tuple[bytes, int, int | None]:
    """A file with our columns in some order, in some encoding and with some delimiter, some dirt in it; and how many rows it has.

    At least, and at most: of one that was cut nobody can say, and a row over several lines may be told from a stray mark or not.
    """
    words = draw(st.permutations(["source_id", "name", *draw(st.sets(st.sampled_from([*PLAIN, "phone", "address_road", "gu_code"])))]))
    words = list(dict.fromkeys(words))
    titles = [draw(st.sampled_from([title for title in NAMES[word] if title != SEMAS[0]])) for word in words]
    rows = [[draw(st.sampled_from(PLAIN.get(word, ["가상로 1"])) if draw(st.integers(0, 7)) else DIRT) for word in words]
            for _row in range(draw(st.integers(0, 6)))]
    for row in rows:
        if draw(st.integers(0, 9)) == 0:
            row += ["더"] * draw(st.integers(1, 2)) if draw(st.booleans()) else []
            del row[draw(st.integers(1, len(row))):]
    out = io.StringIO(newline="")
    out.write(draw(st.sampled_from(["", "점포 목록\n", "\n\n"])))
    writer = csv.writer(out, delimiter=draw(st.sampled_from([",", "|", "\t", ";"])), lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
                        quoting=draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])))
    writer.writerow(titles)
    writer.writerows(rows)
    body = out.getvalue().encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "cp949"])), errors="replace")
    if rows and draw(st.integers(0, 3)) == 0:
        return body[:-draw(st.integers(1, 20))], 0, None
    filled = sum(any(cell.strip() for cell in row) for row in rows)
    return body, filled, None if any("\n" in cell for row in rows for cell in row) else filled


def brought(content: bytes, name: str = "some.csv", source: str = "가상 목록") -> ShopImport:
    run = ShopImport.receive(file=name, sha256=f"{hash(content):064x}"[-64:], size=len(content), source=source)
    run.folder.mkdir(parents=True)
    (run.folder / "sent").write_bytes(content)
    bring_waiting()
    return ShopImport.get_by_id(run.uid)


def finished(run: ShopImport) -> ShopImport:
    run.confirm("")
    bring_waiting()
    return ShopImport.get_by_id(run.uid)


def forgotten() -> None:
    for table_name in ("shop_import_change", "shop_import", "shop", "event"):
        db.execute_sql(f"DELETE FROM {table_name}")


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large])
@given(files())
def test_no_row_is_lost_whatever_the_file_looks_like(database, made):
    forgotten()
    content, least, most = made
    run = brought(content)
    if run.state != "shown":
        assert run.state in ("refused", "asking") and (run.problem or run.titles)
        return
    counts = run.counted
    assert counts.get("rows", 0) == sum(counts.get(verdict, 0) for verdict in OF_ROWS)
    assert least <= counts.get("rows", 0) and (most is None or counts.get("rows", 0) == most)
    for one in every(run.folder, "refused"):
        assert one["reason"] in REASONS and one["line"] > 0
    assert all(set(one["doubts"]) <= set(DOUBTS) and one["doubts"] for one in every(run.folder, "doubtful"))
    run = finished(run)
    assert run.state == "done", run.problem
    kept = sum(counts.get(verdict, 0) for verdict in ("new", "changed", "doubtful"))
    assert Shop.select().count() == kept == run.was_written.get("new", 0)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=200), st.sampled_from(["name,id\n", "", "상호명,상가업소번호\n", "PK\x03\x04", "\xd0\xcf\x11\xe0"]))
def test_any_bytes_at_all_are_read_or_refused_in_words(database, body, before):
    forgotten()
    run = brought(before.encode("utf-8" if before.isascii() or "상" in before else "latin-1") + body)
    assert run.state in ("shown", "asking", "refused") and (run.state != "refused" or run.problem)
    assert run.counted.get("rows", 0) == sum(run.counted.get(verdict, 0) for verdict in OF_ROWS)


@pytest.mark.parametrize("kind", ["shops", "raw", "utf-8-sig", "cp949"])
def test_the_published_files_have_the_counts_of_a_count_by_hand(database, published, kind):
    """By csv.DictReader and a set of numbers, with nothing of ours."""
    path = published.semas[kind] if kind in published.semas else getattr(published, kind)
    encoding = "cp949" if kind in ("raw", "cp949") else "utf-8-sig"
    rows = table(path, encoding)
    number = next(name for name in ("상가업소번호", "업소아이디", "source_id") if name in rows[0])
    run = brought(path.read_bytes(), path.name, {"raw": "착한가격업소", "shops": ""}.get(kind, ""))
    counts = run.counted
    assert counts["rows"] == len(rows) == sum(counts.get(verdict, 0) for verdict in OF_ROWS)
    refused = [one["line"] for one in every(run.folder, "refused")]
    numbers = {row[number] for line, row in enumerate(rows, 2) if line not in refused}
    assert len(numbers) == sum(counts.get(verdict, 0) for verdict in ("new", "doubtful"))
    assert Shop.select().count() == 0, "nothing is done before it is confirmed"
    finished(run)
    assert {shop.source_id for shop in Shop.select()} == numbers


def test_titles_of_the_published_columns_may_stand_in_any_order(database, published):
    rows = table(published.semas["utf-8-sig"])
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, sorted(SEMAS))
    writer.writeheader()
    writer.writerows(rows)
    ordered, other = brought(published.semas["utf-8-sig"].read_bytes()), brought(out.getvalue().encode())
    assert ordered.counted == other.counted


def test_of_each_shop_the_last_line_counts():
    class Facts:
        source, source_id = "가", "1"
    latest, facts = Latest(), Facts()
    first, second = "1" * 64, "2" * 64
    assert [latest.put(facts, line, digest) for line, digest in ((2, first), (3, second), (4, first), (5, first))] == [  # type: ignore[arg-type]
        ("", 0), ("superseded", 2), ("superseded", 3), ("duplicate", 4)]
    assert [latest.counts(facts, line, digest) for line, digest in ((2, first), (3, second), (4, first))] == [False, False, True]  # type: ignore[arg-type]


def test_a_page_of_rows_begins_at_a_row_wherever_it_is_asked_for(tmp_path):
    (tmp_path / "new.jsonl").write_text("".join(json.dumps({"line": line}) + "\n" for line in range(120)))
    first, after = told(tmp_path, "new")
    second, more = told(tmp_path, "new", after)
    last, end = told(tmp_path, "new", more)
    assert [row["line"] for row in first + second + last] == list(range(120)) and end == 0
    assert told(tmp_path, "new", after - 3)[0] == second and told(tmp_path, "new", 10**9) == ([], 0)
    assert told(tmp_path, "../new") == told(tmp_path, "changed") == ([], 0)
