"""What counts as yes and no."""

import pytest
from marshmallow import Schema, ValidationError

from services.kernel.fields import Flag


class Question(Schema):
    agreed = Flag()


@pytest.mark.parametrize("value", [True, False])
def test_a_flag_is_true_or_false(value):
    assert Question().load({"agreed": value}) == {"agreed": value}


@pytest.mark.parametrize("value", [1, 0, 1.0, "true", "yes", "", [], {}, None])
def test_a_flag_is_nothing_that_equals_them(value):
    with pytest.raises(ValidationError):
        Question().load({"agreed": value})
