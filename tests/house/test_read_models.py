"""A read model's new version is made beside the old one, which is read and filled meanwhile: no table is of both."""

from typing import Any

import pytest

from services.system import DOORS

MODELS = {
    f"{cls.name}.{projection.name}": projection
    for cls in DOORS
    for projection in cls.runtime.wiring.projections
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_table_of_a_read_model_bears_its_version(model: Any) -> None:
    of_others = [table.name for table in model.tables if not table.name.endswith(f"_v{model.version}")]
    assert of_others == []
