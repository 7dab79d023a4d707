import { needsPerson } from '#core/gate-kinds';
import type { Gate, Molecule, Step } from '#core/records';
import type { Books } from '#world/store/books';
import { asks } from './step-stands.ts';

/** How far a step is, in a person's words. */
export type StepStanding = 'done' | 'skipped' | 'cancelled' | 'failed' | 'in hand' | 'ready' | 'held';

export type StepLine = {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  /** Who does it: agent, polecat, command, epic, round, mark; or gate. */
  readonly exec: string;
  readonly standing: StepStanding;
  readonly needs: readonly string[];
  /** What of it is still open. */
  readonly unmet: readonly string[];
  readonly parent: string | null;
  readonly by: string | null;
  readonly why: string | null;
  /** It has failed, or what does it waits for a person. */
  readonly needsYou: boolean;
  readonly evidence: Step['evidence'] | null;
  readonly endedAt: number | null;
  /** Work that does it, molecules that hang under it. */
  readonly work: string | null;
  readonly molecules: readonly string[];
};

export type Counts = { readonly [S in StepStanding]: number } & { readonly total: number };

export type MolStatus = {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  readonly rig: string;
  readonly phase: Molecule['phase'];
  readonly state: Molecule['state'];
  readonly work: string | null;
  readonly step: string | null;
  readonly hand: string | null;
  readonly createdAt: number;
  readonly closed: Molecule['closed'] | null;
  readonly counts: Counts;
  readonly steps: readonly StepLine[];
};

/** A molecule with all its steps and gates, in their order. Undefined when there is none. */
export async function molStatus(books: Books, id: string): Promise<MolStatus | undefined> {
  const mol = await books.read('molecule', id);
  if (!mol) return undefined;
  const [open, closed, gateIds] = await Promise.all(
    ['steps.open', 'steps.closed', 'gates'].map((index) => books.index(`${index}:${id}`)),
  );
  const [steps, gates] = await Promise.all([
    books.readMany('step', [...(open ?? []), ...(closed ?? [])]),
    books.readMany('gate', gateIds ?? []),
  ]);
  const works = await books.readMany(
    'work',
    steps.flatMap(({ work, status }) => (work && status === 'in_progress' ? [work] : [])),
  );
  const asking = new Map(works.map((work) => [work.id, asks(work)]));
  const waiting = [...steps.filter(({ status }) => status !== 'closed'), ...gates.filter(({ ended }) => !ended)].map(
    (one) => one.id,
  );
  const unmet = waiting.length > 0 ? await books.unmet(...waiting) : [];
  const needs = new Map(waiting.map((one, i) => [one, unmet[i] ?? []]));
  const lines = [
    ...steps.map((step) => [step.seq, stepLine(step, needs.get(step.id) ?? [], asking.get(step.work ?? ''))] as const),
    ...gates.map((gate) => [gate.seq ?? 0, gateLine(gate, needs.get(gate.id) ?? [])] as const),
  ];
  const sorted = lines.sort(([a], [b]) => a - b).map(([, line]) => line);
  const { title, formula, rig, phase, state, createdAt } = mol;
  return {
    ...{ id, title, formula, rig, phase, state },
    work: mol.work ?? null,
    step: mol.step ?? null,
    hand: mol.hand ?? null,
    createdAt,
    closed: mol.closed ?? null,
    counts: countsOf(sorted, mol.planned),
    steps: sorted,
  };
}

function stepLine(step: Step, unmet: readonly string[], asked: string | undefined): StepLine {
  const { closed, failed, holder } = step;
  return {
    id: step.id,
    key: step.key,
    title: step.title,
    exec: step.exec,
    standing: standingOfStep(step, unmet.length),
    needs: step.needs,
    unmet,
    parent: step.parent ?? null,
    by: closed?.by ?? holder?.by ?? step.assignee ?? null,
    why: asked ?? failed?.reason ?? closed?.reason ?? null,
    needsYou: asked !== undefined || step.status === 'failed',
    evidence: step.evidence ?? null,
    endedAt: closed?.at ?? null,
    work: step.work ?? null,
    molecules: step.molecules ?? [],
  };
}

/** How far a step is. */
function standingOfStep({ status, closed }: Step, unmet: number): StepStanding {
  if (status === 'closed') return closed?.outcome ?? 'done';
  if (status === 'failed') return 'failed';
  if (status === 'in_progress') return 'in hand';
  return unmet > 0 ? 'held' : 'ready';
}

function gateLine(gate: Gate, unmet: readonly string[]): StepLine {
  const ends = { resolved: 'done', denied: 'failed', cancelled: 'cancelled', waiting: 'held', open: 'ready' } as const;
  return {
    id: gate.id,
    key: gate.id.slice(gate.id.lastIndexOf('.gate-') + 1),
    title: gate.title,
    exec: 'gate',
    standing: gate.state === 'waiting' && unmet.length === 0 ? 'ready' : ends[gate.state],
    needs: gate.needs,
    unmet,
    parent: null,
    by: gate.ended?.by ?? null,
    why: gate.ended?.reason ?? gate.seen ?? null,
    needsYou: needsPerson(gate),
    evidence: null,
    endedAt: gate.ended?.at ?? null,
    work: null,
    molecules: [],
  };
}

function countsOf(lines: readonly StepLine[], planned: number): Counts {
  const counts = { done: 0, skipped: 0, cancelled: 0, failed: 0, 'in hand': 0, ready: 0, held: 0 };
  for (const { standing } of lines) counts[standing]++;
  return { ...counts, total: Math.max(lines.length, planned) };
}

export type MolLine = Pick<
  MolStatus,
  'id' | 'title' | 'formula' | 'rig' | 'phase' | 'state' | 'work' | 'hand' | 'createdAt' | 'closed'
> & {
  readonly open: number;
  readonly ended: number;
};

/** Molecules: those that are open, oldest first, or those that closed last. */
export async function molList(
  books: Books,
  which: 'open' | 'closed',
  limit: number,
): Promise<{ molecules: MolLine[]; total: number }> {
  const name = `molecules.${which}`;
  const [ids, total] = await Promise.all([books.indexFromEnd(name, limit), books.count(name)]);
  const docs = await books.readMany('molecule', ids.reverse());
  return { molecules: await Promise.all(docs.map((mol) => lineOf(books, mol))), total };
}

/** A molecule in one line; undefined when there is none. */
export async function molLine(books: Books, id: string): Promise<MolLine | undefined> {
  const mol = await books.read('molecule', id);
  return mol && lineOf(books, mol);
}

async function lineOf(books: Books, mol: Molecule): Promise<MolLine> {
  const [open, ended] = await Promise.all([books.count(`steps.open:${mol.id}`), books.count(`steps.closed:${mol.id}`)]);
  const { id, title, formula, rig, phase, state, createdAt } = mol;
  const rest = { work: mol.work ?? null, hand: mol.hand ?? null, closed: mol.closed ?? null };
  return { id, title, formula, rig, phase, state, createdAt, open, ended, ...rest };
}
