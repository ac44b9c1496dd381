import pytest

from fieldapp.exports import masking


@pytest.mark.parametrize(("name", "masked"), [("김가상", "김○○"), ("남궁가상", "남○○"), ("이", "이○○"), (" John Doe", "J○○"),
                                            ("", ""), ("  ", "")])
def test_of_a_name_the_first_letter_stays(name, masked):
    assert masking.name(name) == masked


@pytest.mark.parametrize(("number", "masked"), [
    ("010-1234-5678", "***-****-5678"), ("02 123 4567", "***-****-4567"), ("+82 10-1234-5678", "***-****-5678"), ("112", "***-****"),
    ("없음", "***-****"), ("", ""), (" ", "")])
def test_of_a_phone_number_the_last_four_digits_stay(number, masked):
    assert masking.phone(number) == masked


@pytest.mark.parametrize(("text", "masked"), [
    ("전화 010-1234-5678 로", "전화 ***-****-5678 로"), ("01012345678", "***-****-5678"), ("02)123-4567", "***-****-4567"),
    ("(02) 123-4567", "***-****-4567"), ("보증금 3000만원, 월 150", "보증금 3000만원, 월 150"), ("2026-11-24", "2026-11-24"),
    ("1588-1234", "***-****-1234"), ("", "")])
def test_phone_numbers_are_masked_in_what_people_typed(text, masked):
    assert masking.said(text) == masked
