"""The whole sample network, made once; tests of others copy its folder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services import sample
from services.intake.service import IntakeService
from services.kernel.local import Network, SimulatedClock
from services.partners.service import PartnersService
from services.referral.service import ReferralService
from services.reporting.service import ReportingService
from services.screening.service import ScreeningService

SERVICES = (IntakeService, ScreeningService, PartnersService, ReferralService, ReportingService)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def network(folder: Path) -> Network:
    return Network(SERVICES, SimulatedClock(NOW), data=folder)


def loaded(folder: Path, cases: int, seed: int = sample.SEED) -> Network:
    net = network(folder)
    sample.load(net, NOW, lambda done, total: None, cases=cases, seed=seed)
    return net


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the sample network as `songtor load-sample` makes it, without users. Copy it; do not change
    it."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    loaded(folder, cases=300).close()
    return folder


@pytest.fixture(scope="session")
def net(sample_folder: Path):
    """The same, open for reading."""
    opened = network(sample_folder)
    yield opened
    opened.close()
