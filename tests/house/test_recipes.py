"""What is described once takes as few files as the recipes say, and works everywhere: at doors, on pages, in
documents."""

import pytest

from scripts import recipes
from scripts.recipe_proofs import PROOFS


def test_every_recipe_has_its_proof():
    assert recipes.RECIPES.keys() == PROOFS.keys() == {"fact", "rule", "step", "measure", "code"}


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_one_more_of_each_works_and_takes_few_files(name):
    recipe = recipes.RECIPES[name]
    assert len(recipe.files) <= recipe.most, recipe.files
    recipes.prove(name)
