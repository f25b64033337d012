"""What the guides say of the tree is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = (
    "README.md", "docs/CONTRIBUTING.md", "docs/architecture.md", "docs/contract.md",
    *sorted(str(page.relative_to(ROOT)) for page in ROOT.glob("docs/decisions/*.md")),
)  # fmt: skip
TOPS = {"services", "tests", "docs", "scripts", "bench"}


def named_paths(text: str) -> set[str]:
    """Code spans that are paths from the top of the tree; `<...>` stands for any name."""
    spans = re.findall(r"`([\w./<>-]+)`", text)
    return {span for span in spans if span.split("/")[0] in TOPS and "/" in span}


def links(text: str) -> set[str]:
    """Targets of links and pictures within the tree."""
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    return {target for target in targets if "://" not in target}


def there(path: str) -> bool:
    return any(ROOT.glob(re.sub(r"<[^>]*>", "*", path).rstrip("/")))


@pytest.mark.parametrize("guide", GUIDES)
def test_every_path_and_link_of_a_guide_exists(guide: str):
    page = ROOT / guide
    text = page.read_text()
    missing = {path for path in named_paths(text) if not there(path)}
    missing |= {link for link in links(text) if not (page.parent / link).exists()}
    assert not missing


def test_each_decision_has_a_number_of_its_own_and_says_it():
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [page.name[:4] for page in pages]
    assert [number for number in numbers if numbers.count(number) > 1] == []
    said = [page.read_text().partition(". ")[0] for page in pages]
    assert said == [f"# {int(number)}" for number in numbers]


def test_the_map_names_every_room_of_the_kernel_and_every_module_of_its_table_once():
    [table] = re.findall(r"## The rooms\n(.*)", (ROOT / "docs/architecture.md").read_text(), re.DOTALL)
    named = sorted(path for path in re.findall(r"`(services/kernel/[\w/.]+)`", table))
    rooms = {
        path
        for path in (ROOT / "services/kernel").iterdir()
        if path.name not in ("__init__.py", "__pycache__")
    }
    assert named == sorted(f"services/kernel/{path.name}{'/' if path.is_dir() else ''}" for path in rooms)
