"""`make demo ONCE=1`, as anybody runs it: a whole county, its story, and every step well."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.onebox.county_box import CountyBox
from deploy.onebox.story import Story

STORY_SECONDS_MAX = 480
PORT_OFFSET = 13_000


@pytest.mark.processes
def test_the_story_ends_well_on_real_processes(tmp_path: Path) -> None:
    told = subprocess.run(
        [
            *(Path(sys.executable).parent / "onebox", "--folder", tmp_path / "county"),
            *("up", "--once", "--port-offset", str(PORT_OFFSET)),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=STORY_SECONDS_MAX,
    )
    steps = [what for what, _ in Story(CountyBox(tmp_path, print), print).steps()]
    assert told.returncode == 0, told.stdout + told.stderr
    assert [what for what in steps if f"✓ {what}" not in told.stdout] == []
