import { type AgentState, agentState } from '#core/agent-state';
import type { Run } from '#core/records';
import { parkedInWords } from '#core/work';
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
  /** A person starts its agent. */
  readonly manual: boolean;
  readonly attempt: number;
  readonly session: string | null;
  readonly pid: number | null;
  readonly branch: string | null;
  readonly dir: string;
  readonly since: number;
  /** Back for this reason, if it came back. */
  readonly rework: string | null;
  /** The step in its hands, when it works a molecule. */
  readonly step: string | null;
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
  const hands = await handsOf(books, runs);
  const live = runs.map((run) => polecatOf(run, items.get(run.work)?.title ?? '', hands.get(run.molecule ?? '')));
  return [...live, ...(await parkedPolecats(books, rig))];
}

/** Polecats that were put aside and have given up their slot: their item keeps their name and worktree. */
async function parkedPolecats(books: Books, rig: string | undefined): Promise<Polecat[]> {
  const items = await books.readMany('work', await books.index('parked'));
  const aside = items.filter((work) => work.run === undefined && work.runs > 0 && (rig === undefined || work.rig === rig));
  const runs = await books.readMany(
    'run',
    aside.map(({ id, runs }) => `${id}.r${runs}`),
  );
  return runs.flatMap((run) => {
    const work = aside.find(({ id }) => id === run.work);
    if (!work?.parked) return [];
    const { as: state } = work.parked;
    const evidence = `${parkedInWords(work.parked)}; its slot is free`;
    return [{ ...polecatOf(run, work.title), state, evidence, todo: `gt wake ${work.id}` }];
  });
}

/** The step in hand of each molecule that runs work, by its id in the formula. */
async function handsOf(books: Books, runs: readonly Run[]): Promise<Map<string, string>> {
  const mols = await books.readMany(
    'molecule',
    runs.flatMap(({ molecule }) => molecule ?? []),
  );
  return new Map(
    mols.flatMap(({ id, hand }) => (hand ? [[id, hand.startsWith(`${id}.`) ? hand.slice(id.length + 1) : hand]] : [])),
  );
}

/** A run as lists show it. @param step what is in its hands */
export function polecatOf(run: Run, title: string, step?: string): Polecat {
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
    manual: run.manual === true,
    attempt: run.attempt,
    session: run.session?.id ?? null,
    pid: (run.session && !run.session.exit ? run.session.pid : undefined) ?? null,
    branch: run.branch ?? null,
    dir: run.dir,
    since: run.grantedAt,
    rework: run.rework?.kind ?? null,
    step: step ?? null,
  };
}
