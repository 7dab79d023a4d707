import { type AgentState, agentState } from '#core/agent-state';
import type { Run } from '#core/records';
import type { Books } from '#world/store/books';

/** A polecat at work. */
export type Polecat = {
  readonly rig: string;
  readonly name: string;
  readonly address: string;
  readonly run: string;
  readonly work: string;
  readonly title: string;
  readonly agent: string;
  /** What its agent is at, how that is known, and what a person is to do about it. */
  readonly state: AgentState['is'];
  readonly evidence: string;
  readonly todo: string | null;
  readonly attempt: number;
  readonly session: string | null;
  readonly pid: number | null;
  readonly branch: string | null;
  readonly dir: string;
  readonly since: number;
  /** Back for this reason, if it came back. */
  readonly rework: string | null;
};

/** Live runs, oldest first: of one rig, or of the town. Reads them and their items. */
export async function polecatList(books: Books, rig?: string): Promise<Polecat[]> {
  const ids = await books.index(rig === undefined ? 'runs.live' : `runs.live:${rig}`);
  const runs = await books.readMany('run', ids);
  const items = new Map(
    (
      await books.readMany(
        'work',
        runs.map((run) => run.work),
      )
    ).map((work) => [work.id, work]),
  );
  return runs.map((run) => polecatOf(run, items.get(run.work)?.title ?? ''));
}

/** A run as lists show it. */
export function polecatOf(run: Run, title: string): Polecat {
  const { is, evidence, todo } = agentState(run, {});
  return {
    rig: run.rig,
    name: run.name,
    address: `${run.rig}/${run.name}`,
    run: run.id,
    work: run.work,
    title,
    agent: run.agent,
    state: is,
    evidence,
    todo,
    attempt: run.attempt,
    session: run.session?.id ?? null,
    pid: (run.session && !run.session.exit ? run.session.pid : undefined) ?? null,
    branch: run.branch ?? null,
    dir: run.dir,
    since: run.grantedAt,
    rework: run.rework?.kind ?? null,
  };
}
