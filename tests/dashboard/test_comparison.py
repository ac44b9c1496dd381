from hypothesis import given
from hypothesis import strategies as st

from fieldapp.dashboard.comparison import MOST_WORDS, Piece, compare, pieces
from tests.recording import recorded, revised


def joined(side, *kinds) -> str:
    return "".join(piece.text for piece in side if piece.kind in kinds)


def test_only_the_words_that_differ_are_marked():
    old, new = pieces("월세가 30만원 오름", "월세가 50만원 오름")
    assert [(piece.text, piece.kind) for piece in old] == [("월세가 ", "same"), ("30만원", "gone"), (" 오름", "same")]
    assert [(piece.text, piece.kind) for piece in new] == [("월세가 ", "same"), ("50만원", "new"), (" 오름", "same")]
    assert pieces("가게 문", "메뉴 줄임") == ([Piece("가게 문", "gone")], [Piece("메뉴 줄임", "new")]), "no blank alone stays"


@given(st.text("가나다 \n", max_size=40), st.text("가나다 \n", max_size=40))
def test_nothing_is_lost_and_what_is_unmarked_is_in_both(before, after):
    old, new = pieces(before, after)
    assert joined(old, "same", "gone") == before and joined(new, "same", "new") == after
    assert joined(old, "same") == joined(new, "same")


def test_very_long_texts_are_told_apart_as_wholes():
    old, new = pieces("가 " * MOST_WORDS, "나 " * MOST_WORDS)
    assert [piece.kind for piece in (*old, *new)] == ["gone", "new"]


def test_two_revisions_side_by_side(cast, visit_form, queries):
    first = recorded(cast.changdong, visit_form | {"photo": ["1" * 64], "met_whom": "직원"})
    second = revised(first, visit_form | {"photo": ["1" * 64, "2" * 64], "met_whom": "직원", "programme": [cast.programme.uid],
                                          "grievance.rent.disposition": "needs_committee"})
    with queries:
        lines = {line.label: line for line in compare(first, second)}
    assert queries.count <= 3
    assert [label for label, line in lines.items() if line.changed] == ["건의·애로", "안내한 지원사업", "사진"]
    assert joined(lines["사진"].new, "new").strip() == "#2" and joined(lines["안내한 지원사업"].new, "new") == "가상 정책자금"
    assert "위치" not in lines and "다음 방문" not in lines, "what neither says is left out"
