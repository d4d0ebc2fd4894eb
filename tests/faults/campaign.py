"""Takers, a bad line and faults at random, until enough has been acknowledged; then the reckoning.

python -m tests.faults.campaign --database sqlite|postgresql [--short | --hasty | --full-disk]

``--short`` deals three kills, ``--hasty`` is the negative control, ``--full-disk`` fills the disk and heals it.
Everything stays on loopback and below a temporary folder; processes are ended by their ids.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import config
from lms.foundation import clock, transaction
from tests.faults.installation import Cluster, Installation, Prepared
from tests.faults.ledger import Finding, Ledger, compare
from tests.faults.takers import Taker
from tests.faults.trouble import Deed, Disk, Trouble, small_disk
from tests.faults.wire import BadLine
from tests.ports import free_port
from tests.quizzes import invariants

TMPFS_MEGABYTES = {"sqlite": 64, "postgresql": 320}


@dataclass(frozen=True)
class Plan:
    """How much of what."""

    takers: int
    quizzes_each: int
    seconds: float
    """When everybody stops, whatever has been reached; the machine may be slow."""
    acknowledged: int
    """So many saved answers are enough."""
    kills: int
    between: tuple[float, float]
    """Seconds between two blows."""
    changes: int = 30
    """How often an answer is given or changed in one attempt."""


SHORT = Plan(takers=15, quizzes_each=20, seconds=150, acknowledged=300, kills=3, between=(0.3, 0.8), changes=10)
LONG = Plan(takers=40, quizzes_each=200, seconds=1800, acknowledged=20_000, kills=60, between=(2.0, 6.0))
CONTROL = Plan(takers=15, quizzes_each=20, seconds=150, acknowledged=100, kills=0, between=(0, 0))
FULL_DISK = Plan(takers=15, quizzes_each=40, seconds=240, acknowledged=3000, kills=5, between=(4.0, 8.0))


class Campaign:
    def __init__(self, plan: Plan, installation: Installation, trouble: Trouble, disk: Disk | None) -> None:
        self.plan, self.installation, self.trouble, self.disk = plan, installation, trouble, disk
        self.ledger, self.chance = Ledger(), trouble.chance
        self.line = BadLine(installation.port, self.chance)
        self.takers: list[Taker] = []

    async def run(self) -> None:
        plan = self.plan
        prepared = await asyncio.to_thread(self.installation.prepare, plan.takers, plan.quizzes_each)
        self.installation.start()
        try:
            await self.installation.wait_until_ready()
            await self._sit(prepared)
        finally:
            await asyncio.to_thread(self.installation.kill_everything)

    async def _sit(self, prepared: Prepared) -> None:
        plan, port = self.plan, await self.line.open()
        ends_at = time.monotonic() + plan.seconds
        for number, sid in enumerate(prepared.sids):
            # some go away without handing in: the sweeper has to close what they leave
            given = prepared.brief if (leaves := number % 15 == 14) else prepared.given
            self.takers.append(Taker(port, sid, given, self.ledger, self.chance, ends_at, plan.changes, leaves=leaves))
        sitting = [asyncio.create_task(taker.take_all()) for taker in self.takers]
        try:
            await self._deal_blows(ends_at)
            while time.monotonic() < ends_at and not self._is_enough():
                await asyncio.sleep(0.02)
            # without ado: what was acknowledged last must be there all the same
            await asyncio.to_thread(self.installation.kill_everything)
        finally:
            for taker in self.takers:
                taker.ends_at = 0.0
            await asyncio.gather(*sitting)
            await self.line.close()

    def _is_enough(self) -> bool:
        return sum(map(len, self.ledger.acked.values())) >= self.plan.acknowledged

    async def _deal_blows(self, ends_at: float) -> None:
        await self._progress(ends_at, since=0)
        for number in range(self.plan.kills):
            if time.monotonic() > ends_at - 5:
                return
            await self._next_deed(number)()
            await self._progress(ends_at, since=time.monotonic())
            await asyncio.sleep(self.chance.uniform(*self.plan.between))

    async def _progress(self, ends_at: float, since: float) -> None:
        """Wait until something has been sent and saved since."""
        while time.monotonic() < ends_at and all(sent_at < since for sent_at, _got_at in self.ledger.times[-50:]):
            await asyncio.sleep(0.02)

    def _next_deed(self, number: int) -> Deed:
        trouble = self.trouble
        if self.disk is not None:
            disk = self.disk
            return lambda: trouble.fill_disk(disk, 5)
        if self.plan is not LONG:
            middle = trouble.kill_web_worker if trouble.cluster is None else trouble.crash_database
            return (trouble.kill_web_worker, middle, trouble.kill_web_server)[number % 3]
        deeds: list[Deed] = [*[trouble.kill_web_worker] * 6, *[trouble.kill_everything] * 2, trouble.reload]
        if trouble.cluster is not None:
            deeds += [*[trouble.crash_database] * 4, trouble.kill_backend]
        # the supervisor gives up when a child of its own dies thrice in a minute
        rare = {20: trouble.kill_job_worker, 40: trouble.kill_web_server}
        return rare[number % 60] if number % 60 in rare else self.chance.choice(deeds)

    def reckon(self) -> Finding:
        """Compare the ledger with the database, and see that every invariant holds."""
        with self.installation.app.app_context(), transaction.unit(write=False):
            finding = compare(self.ledger)
            try:
                invariants.check(clock.now())
                invariants.check_journal()
            except AssertionError as broken:
                finding.problems.append(str(broken))
            return finding


def report(campaign: Campaign, finding: Finding, seconds: float) -> None:
    """Print the figures."""
    ledger, blows = campaign.ledger, campaign.trouble.blows
    print(f"  acknowledged answers {finding.acknowledged}, lost {len(finding.lost)}, changed {len(finding.changed)}")
    closed = f"receipts told {finding.receipts}, closed by the sweeper {finding.swept}"
    print(f"  attempts {finding.attempts}, {closed}, in {seconds:.0f} s")
    line = ", ".join(f"{name} {count}" for name, count in campaign.line.tally.items())
    print(f"  on the line: {line}; told 503: {sum(taker.told_busy for taker in campaign.takers)}")
    waits: dict[str, list[float]] = defaultdict(list)
    for blow in blows:
        after = [got_at for sent_at, got_at in ledger.times if sent_at >= blow.ended]
        if after:
            waits[blow.kind].append(min(after) - blow.ended)
    for kind, found in waits.items():
        usual, longest = statistics.median(found), max(found)
        print(f"  {kind}: {len(found)} times; saved again after {usual:.2f} s, at most {longest:.2f} s")
    for problem in finding.problems[:10]:
        print(f"  PROBLEM {problem}")


def false_promises(campaign: Campaign) -> list[str]:
    """Acknowledgements of what was sent and answered while the database was down."""
    outages = [blow for blow in campaign.trouble.blows if blow.is_outage]
    return [
        f"saved during an outage: {blow.kind}"
        for blow in outages
        for sent_at, got_at in campaign.ledger.times
        if blow.began <= sent_at and got_at <= blow.ended
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), required=True)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--log", type=Path, help="keep what the server has said, here")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--short", action="store_true")
    kinds.add_argument("--hasty", action="store_true")
    kinds.add_argument("--full-disk", action="store_true")
    asked = parser.parse_args()
    plan = SHORT if asked.short else CONTROL if asked.hasty else FULL_DISK if asked.full_disk else LONG
    seed = random.randrange(10**6) if asked.seed is None else asked.seed  # noqa: S311 - chance, not a secret
    print(f"On {asked.database}, seed {seed}", flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kijun-faults-")))
        folder.chmod(0o755)  # PostgreSQL runs under a user of its own
        disk = None
        if asked.full_disk:
            disk = stack.enter_context(small_disk(folder / "disk", TMPFS_MEGABYTES[asked.database]))
            if asked.database == "postgresql" and disk.means != "tmpfs":
                print("  left out: nothing can be mounted here, and PostgreSQL's disk cannot be filled otherwise")
                return 0
        place = disk.folder if disk else folder
        cluster = Cluster(place) if asked.database == "postgresql" else None
        if cluster is not None:
            stack.callback(cluster.close)
        own = place / "kijun"
        own.mkdir()
        url = cluster.url if cluster else config.embedded_url(own)
        installation = Installation(own, free_port(), url, hasty=asked.hasty)
        campaign = Campaign(plan, installation, Trouble(installation, cluster, random.Random(seed)), disk)  # noqa: S311
        began = time.monotonic()
        asyncio.run(campaign.run())
        finding = campaign.reckon()
        installation.let_go_of_all()
        finding.problems.extend(false_promises(campaign))
        report(campaign, finding, time.monotonic() - began)
        if asked.log:
            asked.log.write_bytes((own / "server.log").read_bytes())
    return judge(asked.hasty, plan, finding)


def judge(is_control: bool, plan: Plan, finding: Finding) -> int:
    """The exit status: 0 when the promise holds, and when the control breaks it."""
    if is_control:
        print(f"  control: {'loses answers, as it must' if finding.lost else 'LOST NOTHING, so this proves nothing'}")
        return 0 if finding.lost else 1
    enough = finding.acknowledged >= plan.acknowledged
    print(f"  {'holds' if finding.is_clean and enough else 'DOES NOT HOLD' if enough else 'TOO FEW ACKNOWLEDGED'}")
    return 0 if finding.is_clean and enough else 1


if __name__ == "__main__":
    sys.exit(main())
