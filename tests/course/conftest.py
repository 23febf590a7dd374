"""What the tests of the lessons' checks share. Each of them has a fixture `lesson`: the names in its notebook."""

import pytest


@pytest.fixture
def judged(lesson, capsys):
    """What a check says to an answer."""

    def judge(check, *answer):
        lesson[f"check_{check}"](*answer)
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    return judge
