import { isFinal } from '#core/derive';
import type { Molecule, Step } from '#core/records';
import type { Desk } from '#world/desk';
import { edgesOf } from './bead-links.ts';
import { beads, type Issue, issueOf } from './beads.ts';
import { molStatus, type StepStanding } from './mol-status.ts';

/** Molecules in the forms that programs know from beads. */
type Reads = Pick<Desk, 'books' | 'plans'>;

/** Steps that are told one by one; of a longer molecule only those that somebody can do something about. */
const TOLD = 100;

/** How far a step is, in the words of beads. */
type Position = 'done' | 'current' | 'ready' | 'blocked' | 'pending';
const POSITIONS: { readonly [S in StepStanding]: Position } = {
  done: 'done',
  skipped: 'done',
  cancelled: 'done',
  failed: 'blocked',
  'in hand': 'current',
  ready: 'ready',
  held: 'blocked',
};

export type CurrentMolecule = {
  readonly molecule_id: string;
  readonly molecule_title: string;
  readonly assignee?: string;
  readonly current_step?: Issue;
  readonly next_step?: Issue;
  readonly steps: ReadonlyArray<{ readonly issue: Issue; readonly status: Position; readonly is_current: boolean }>;
  readonly completed: number;
  readonly total: number;
};

/** Where a molecule stands; undefined when there is none. Gates count as steps. */
export async function currentOf(desk: Reads, id: string): Promise<CurrentMolecule | undefined> {
  const [status, mol] = await Promise.all([molStatus(desk.books, id), desk.books.read('molecule', id)]);
  if (!status || !mol) return undefined;
  const position = (standing: StepStanding): Position =>
    mol.state === 'pouring' && standing === 'held' ? 'pending' : POSITIONS[standing];
  const lines = status.steps.map((step) => ({ id: step.id, status: position(step.standing) }));
  const busy = lines.filter((step) => step.status === 'current' || step.status === 'ready');
  const shown = lines.length <= TOLD ? lines : busy.slice(0, TOLD);
  const known = await beads(
    desk,
    shown.map((step) => step.id),
  );
  const issue = (one: string | undefined) => {
    const bead = one === undefined ? undefined : known.get(one);
    return bead && issueOf(bead);
  };
  const current = issue(busy.find((step) => step.status === 'current')?.id);
  const next = issue(busy.find((step) => step.status === 'ready')?.id);
  return {
    molecule_id: id,
    molecule_title: mol.title,
    ...(mol.assignee ? { assignee: mol.assignee } : {}),
    ...(current ? { current_step: current } : {}),
    ...(next ? { next_step: next } : {}),
    steps: shown.flatMap((step) => {
      const found = issue(step.id);
      return found ? [{ issue: found, status: step.status, is_current: step.status === 'current' }] : [];
    }),
    completed: lines.filter((step) => step.status === 'done').length,
    total: status.counts.total,
  };
}

export type ShownMolecule = {
  readonly root: Issue;
  readonly issues: readonly Issue[];
  readonly dependencies: ReturnType<typeof edgesOf>;
  readonly variables: Readonly<Record<string, string>>;
  /** Molecules were bonded to it. */
  readonly is_compound: boolean;
};

/** A molecule with its steps and gates, and the edges among them. */
export async function showMolecule(desk: Reads, id: string): Promise<ShownMolecule | undefined> {
  const [status, mol] = await Promise.all([molStatus(desk.books, id), desk.books.read('molecule', id)]);
  if (!status || !mol) return undefined;
  const ids = [id, ...status.steps.map((step) => step.id)];
  const known = await beads(desk, ids);
  const list = ids.flatMap((one) => known.get(one) ?? []);
  const [root, ...issues] = list.map(issueOf);
  return (
    root && {
      root,
      issues,
      dependencies: list.flatMap((bead) => edgesOf(bead)),
      variables: mol.vars,
      is_compound: (await desk.books.count(`molecules.below:${id}`)) > 0,
    }
  );
}

export type MoleculeProgress = {
  readonly molecule_id: string;
  readonly molecule_title: string;
  readonly total: number;
  readonly completed: number;
  readonly in_progress: number;
  readonly current_step_id?: string;
  /** 0 to 100 */
  readonly percent: number;
  readonly rate_per_hour?: number;
  readonly eta_hours?: number;
};

const HOUR_MS = 3_600_000;
const rounded = (x: number): number => Math.round(x * 100) / 100;

/** How far a molecule is, and how fast it was so far. */
export async function progressOf(desk: Reads, id: string, now: number): Promise<MoleculeProgress | undefined> {
  const status = await molStatus(desk.books, id);
  if (!status) return undefined;
  const { counts, steps, createdAt, closed } = status;
  const completed = counts.done + counts.skipped + counts.cancelled;
  const current = steps.find(({ standing }) => standing === 'in hand');
  const hours = ((closed?.at ?? now) - createdAt) / HOUR_MS;
  const rate = completed > 0 && hours > 0 ? completed / hours : undefined;
  return {
    molecule_id: id,
    molecule_title: status.title,
    total: counts.total,
    completed,
    in_progress: counts['in hand'],
    ...(current ? { current_step_id: current.id } : {}),
    percent: counts.total === 0 ? 100 : rounded((100 * completed) / counts.total),
    ...(rate === undefined ? {} : { rate_per_hour: rounded(rate), eta_hours: rounded((counts.total - completed) / rate) }),
  };
}

/** Open molecules, oldest first: as many as a look at all of them takes. */
const MOST = 500;
export const openOnes = async ({ books }: Reads): Promise<Molecule[]> =>
  books.readMany('molecule', (await books.indexFromEnd('molecules.open', MOST)).reverse());

export type StaleMolecule = {
  readonly id: string;
  readonly title: string;
  readonly total_children: number;
  readonly closed_children: number;
  readonly assignee?: string;
  readonly blocking_issues: readonly string[];
  readonly blocking_count: number;
};

/** Molecules whose steps have all ended, and that are open: the next look of their job closes them. */
export async function staleOnes(desk: Reads): Promise<StaleMolecule[]> {
  const { books } = desk;
  const stale: StaleMolecule[] = [];
  for (const mol of await openOnes(desk)) {
    if (mol.state !== 'open' || (await books.count(`steps.open:${mol.id}`)) > 0) continue;
    const gates = await books.readMany('gate', await books.index(`gates:${mol.id}`));
    if (gates.some((gate) => !isFinal.gate(gate))) continue;
    const [[waiting = []], total] = await Promise.all([books.successors(mol.id), books.count(`steps.closed:${mol.id}`)]);
    stale.push({
      id: mol.id,
      title: mol.title,
      total_children: total + gates.length,
      closed_children: total + gates.length,
      ...(mol.assignee ? { assignee: mol.assignee } : {}),
      blocking_issues: waiting,
      blocking_count: waiting.length,
    });
  }
  return stale;
}

export type GatedMolecule = {
  readonly molecule_id: string;
  readonly molecule_title: string;
  readonly closed_gate: Issue;
  readonly ready_step: Issue;
};

/** Molecules that go on now: a gate of theirs has opened, its step is ready, and nobody is on them. */
export async function gatedOnes(desk: Reads): Promise<GatedMolecule[]> {
  const { books } = desk;
  const found: GatedMolecule[] = [];
  for (const mol of await openOnes(desk)) {
    if (mol.state !== 'open' || mol.hand !== undefined) continue;
    const gates = await books.readMany('gate', await books.index(`gates:${mol.id}`));
    const over = gates.filter((gate) => gate.state === 'resolved');
    const kept = await books.readMany(
      'step',
      over.flatMap(({ blocks }) => blocks),
    );
    const unmet = kept.length > 0 ? await books.unmet(...kept.map(({ id }) => id)) : [];
    const ready = kept.find((step: Step, i) => step.status === 'open' && unmet[i]?.length === 0);
    const gate = ready && over.find(({ blocks }) => blocks.includes(ready.id));
    if (!ready || !gate) continue;
    const known = await beads(desk, [gate.id, ready.id]);
    const [one, other] = [known.get(gate.id), known.get(ready.id)];
    if (one && other)
      found.push({
        molecule_id: mol.id,
        molecule_title: mol.title,
        closed_gate: issueOf(one),
        ready_step: issueOf(other),
      });
  }
  return found;
}
