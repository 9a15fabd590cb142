"""What is shown of texts from outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.odoo.errors import Forbidden, GatewayError, Rejected, excerpt


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("two\nlines\tof  words", "two lines of words"),
        ("bad\nTraceback (most recent call last):\n  File", "bad"),
        ("Authorization: bearer abcdef", "Authorization: *** abcdef"),
        ("got bearer s3cr3t, here", "got bearer ***, here"),
        ("api_key = 'abc'", "api_key = '***'"),
        ("the password must be changed", "the password must be changed"),
        ("red \x1b[31malert\x07", "red ·[31malert·"),
        ("key 0123456789abcdef0123456789abcdef!", "key ***!"),
    ],
)
def test_excerpt(text: str, shown: str) -> None:
    """One line, no traceback, no key."""
    assert excerpt(text) == shown


@given(st.text(), st.integers(1, 400))
def test_excerpt_is_short_and_on_one_line(text: str, longest: int) -> None:
    """Whatever comes."""
    shown = excerpt(text, longest)
    assert len(shown) <= longest
    assert shown.isprintable()


def test_errors_are_for_people() -> None:
    """What happened, and what to do."""
    error = GatewayError("It broke.", remedy="Mend it.")
    assert str(error) == "It broke. Mend it."
    assert (error.retryable, error.unclear) == (False, False)
    assert "sale.order" in str(Forbidden("no", model="sale.order", operation="read"))
    assert str(Rejected("Odoo's words")) == "Odoo's words"
