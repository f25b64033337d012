"""What holds for every test: a green process, and generated examples that are the same in every run."""

import os

if not os.environ.get("SONGTOR_TEST_UNPATCHED"):
    import eventlet

    eventlet.monkey_patch()

from hypothesis import HealthCheck, settings

settings.register_profile(
    "songtor",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("songtor")
