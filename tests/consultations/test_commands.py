import pytest

from tests.cases import WAYS, case_in


@pytest.mark.parametrize("state", ["draft", "submitted", *WAYS])
def test_a_case_comes_into_each_state_by_its_commands(cast, state):
    assert case_in(cast, state).state == state
