"""Watched children: started again when they die, ended together, given up when they die at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.foundation.terminal import ROOT, environment

OBEDIENT = "import os, signal; print('{name}', os.getpid(), flush=True); signal.pause()"
DYING = "print('{name}', flush=True)"
SUPERVISOR = """
import sys, time
from collections import deque
from lms.foundation import serving
from lms.foundation.serving import Child, Supervisor

def child(name, code):
    return Child(name, [sys.executable, "-c", code.format(name=name)])

{setting}
supervisor = Supervisor({children})
supervisor.start()
sys.exit(supervisor.watch(look_every=0.01))
"""
Supervise = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def supervise() -> Iterator[Supervise]:
    """Starts a supervisor of these children in a process of its own; what is left of it is ended."""
    started = []

    def start(children: str, setting: str = "", **more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR.format(children=children, setting=setting)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(**more),
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()  # politely: it ends its children, who would outlive a supervisor that is killed
        process.communicate(timeout=30)


def next_line(process: subprocess.Popen[str]) -> list[str]:
    """The next line of its output, as words; waits for it."""
    assert process.stdout is not None
    return process.stdout.readline().split()


def is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    return True


class TestSupervisor:
    def test_a_child_that_dies_is_started_again(self, supervise: Supervise) -> None:
        supervisor = supervise(f"[child('web', {OBEDIENT!r})]")
        _name, first = next_line(supervisor)
        os.kill(int(first), signal.SIGKILL)
        name, second = next_line(supervisor)
        assert (name, second != first) == ("web", True)

    def test_the_others_are_left_alone(self, supervise: Supervise) -> None:
        supervisor = supervise(f"[child('web', {OBEDIENT!r}), child('worker', {OBEDIENT!r})]")
        pids = dict(next_line(supervisor) for _ in range(2))
        os.kill(int(pids["worker"]), signal.SIGKILL)
        assert next_line(supervisor)[0] == "worker"
        assert is_running(pids["web"])

    @pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
    def test_told_to_stop_it_ends_all_of_them_and_says_0(self, supervise: Supervise, told: signal.Signals) -> None:
        supervisor = supervise(f"[child('web', {OBEDIENT!r}), child('worker', {OBEDIENT!r})]")
        pids = dict(next_line(supervisor) for _ in range(2))
        supervisor.send_signal(told)
        assert supervisor.wait(timeout=30) == 0
        assert [name for name, pid in pids.items() if is_running(pid)] == []

    def test_ctrl_c_in_the_terminal_reaches_the_children_as_a_polite_end(self, supervise: Supervise) -> None:
        """The terminal sends it to the whole group; a child that got it as well would drop its requests."""
        code = (
            "import signal\n"
            "ends = [signal.SIGINT, signal.SIGTERM]\n"
            "signal.pthread_sigmask(signal.SIG_BLOCK, ends)\n"
            "print('ready', flush=True)\n"
            "print('ended by', signal.sigwait(ends).name, flush=True)"
        )
        supervisor = supervise(f"[child('web', {code!r})]")
        assert next_line(supervisor) == ["ready"]
        os.killpg(supervisor.pid, signal.SIGINT)
        assert next_line(supervisor) == ["ended", "by", "SIGTERM"]
        assert next_line(supervisor) == []
        assert supervisor.wait(timeout=30) == 0

    def test_a_child_that_will_not_end_is_killed_with_all_that_it_started(self, supervise: Supervise) -> None:
        code = (
            "import os, signal, subprocess, sys\n"
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            "below = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
            "print(os.getpid(), below.pid, flush=True); below.wait()"
        )
        supervisor = supervise(f"[child('web', {code!r})]", setting="serving.STOP_SECONDS = 0")
        pids = next_line(supervisor)
        supervisor.terminate()
        assert supervisor.wait(timeout=30) == 0
        assert not is_running(pids[0])
        assert next_line(supervisor) == [], "nobody holds the output open any more"

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            ("en_GB.UTF-8", "worker ended 3 times within a minute, so Kijun stops."),
            ("ja_JP.UTF-8", "workerが1分間に3回終了したため、Kijunを停止します。"),
        ],
    )
    def test_three_deaths_in_a_minute_end_everything_with_a_sentence(
        self, supervise: Supervise, language: str, sentence: str
    ) -> None:
        children = f"[child('web', {OBEDIENT!r}), child('worker', {DYING!r})]"
        supervisor = supervise(children, LC_ALL=language, PYTHONIOENCODING="utf-8")
        out, err = supervisor.communicate(timeout=60)
        lines = [line.split() for line in out.splitlines()]
        assert (supervisor.returncode, err.strip()) == (1, sentence)
        assert lines.count(["worker"]) == 3
        (web,) = [pid for name, pid in (line for line in lines if len(line) == 2) if name == "web"]
        assert not is_running(web)

    def test_deaths_of_long_ago_are_forgiven(self, supervise: Supervise) -> None:
        old = "watched = child('web', {code!r}); watched.deaths = deque([time.monotonic() - 90] * 3, maxlen=3)"
        supervisor = supervise("[watched]", setting=old.format(code=OBEDIENT))
        _name, first = next_line(supervisor)
        os.kill(int(first), signal.SIGKILL)
        assert next_line(supervisor)[0] == "web"
        assert supervisor.poll() is None
