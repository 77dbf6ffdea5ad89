"""The ledger in any order of events: every version of every record is always in exactly one place."""

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.report import RunKind, RunState
from dynsync_gui.domain.schema import ENTITIES
from dynsync_gui.domain.storage.records import Refusal, Skip
from dynsync_gui.store.sync_store import SqliteStore
from tests.store.rows import UPSERTS, record, send_all


class AnyOrder(RuleBasedStateMachine):
    """Whatever happens in whatever order, read = acknowledged + outbox + problems + unchanged + skipped."""

    @initialize()
    def begin(self):
        self.store = SqliteStore(None, finding_of)
        self.run = self.store.begin_run(RunKind.FIRST).id
        self.read: set[tuple[str, str]] = set()
        self.finished: list[int] = []

    @rule(id_=st.sampled_from("abc"), version=st.sampled_from("123"), skip=st.sampled_from([None, Skip.FILTERED]))
    def stage(self, id_, version, skip):
        self.store.stage(self.run, [record(id_=id_, version=version, skip=skip)])

    @rule()
    def acknowledge(self):
        send_all(self.store)

    @rule(retry=st.sampled_from([Retry.NEXT_RUN, Retry.WHEN_CHANGED]))
    def refuse(self, retry):
        self.store.decide_rest()
        rows = self.store.outgoing(ENTITIES, UPSERTS, 0, 1)
        self.store.refuse([Refusal(row.seq, row.version, "1003", retry=retry) for row in rows])

    @rule()
    def next_run(self):
        self.store.end_run(self.run, RunState.DONE)
        self.finished.append(self.run)
        self.run = self.store.begin_run(RunKind.CYCLE).id

    @invariant()
    def every_run_closes(self):
        if hasattr(self, "store"):
            assert all(self.store.report(run).closes for run in (*self.finished, self.run))

    @invariant()
    def problems_are_listed(self):
        if hasattr(self, "store"):
            listed = {problem.id for problem in self.store.problems()}
            rows = self.store._db.execute("SELECT id FROM records WHERE state = 'problem'").fetchall()
            assert listed == {row[0] for row in rows}

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()


AnyOrder.TestCase.settings = hypothesis_settings(max_examples=40, stateful_step_count=15, deadline=None)
TestAnyOrder = AnyOrder.TestCase
