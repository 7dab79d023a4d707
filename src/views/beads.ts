import { isFinal } from '#core/derive';
import { parentOf } from '#core/ids';
import { digestId, digestStep } from '#core/molecule/squash';
import type { Gate, Molecule, Step, Work } from '#core/records';
import type { Desk } from '#world/desk';

/**
 * Records in the form that programs know from beads: work items, molecules, steps and gates are all issues. Keys stand in the order of beads; what is empty is
 * left out.
 */
export type Record_ =
  | { readonly noun: 'work'; readonly doc: Work }
  | { readonly noun: 'molecule'; readonly doc: Molecule }
  | { readonly noun: 'step'; readonly doc: Step }
  | { readonly noun: 'gate'; readonly doc: Gate };
export type Bead = Record_ & {
  readonly text: Readonly<Record<string, string>>;
  /** Of a step and a gate: the molecule it lies in. */
  readonly mol?: Molecule;
};

export type Issue = {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly design?: string;
  readonly acceptance_criteria?: string;
  readonly notes?: string;
  readonly status: string;
  readonly priority: number;
  readonly issue_type: string;
  readonly assignee?: string;
  readonly created_at: string;
  readonly created_by?: string;
  readonly updated_at: string;
  readonly started_at?: string;
  readonly closed_at?: string;
  readonly close_reason?: string;
  readonly labels?: readonly string[];
  readonly ephemeral?: boolean;
  readonly await_type?: string;
  readonly await_id?: string;
  /** ns */
  readonly timeout?: number;
  readonly waiters?: readonly string[];
  readonly source_formula?: string;
  readonly source_location?: string;
};

type Reads = Pick<Desk, 'books' | 'plans'>;
const NOUNS = ['work', 'step', 'molecule', 'gate'] as const;

/** The records of these ids, whatever they are; those of unknown ids are left out. */
export async function beads(desk: Reads, ids: readonly string[]): Promise<Map<string, Bead>> {
  const found = new Map<string, Bead>();
  const all = await Promise.all(
    NOUNS.map(async (noun) => (await desk.books.readMany(noun, ids)).map((doc) => ({ noun, doc }) as Record_)),
  );
  for (const bead of await withTexts(desk, all.flat())) found.set(bead.doc.id, bead);
  // What is left of a molecule is a field of it, and shows as a closed task in it.
  const digests = ids.filter((id) => !found.has(id) && id === digestId(parentOf(id))).map(parentOf);
  for (const mol of await desk.books.readMany('molecule', digests)) {
    const doc = digestStep(mol);
    const description = (await desk.books.textField(mol.id, 'digest')) ?? '';
    if (doc) found.set(doc.id, { noun: 'step', doc, mol, text: { description } });
  }
  return found;
}

/** Records with their long texts: a step's are those of its plan, unless somebody has changed them. */
export async function withTexts(desk: Reads, records: readonly Record_[]): Promise<Bead[]> {
  const mols = new Map<string, Molecule>();
  for (const { noun, doc } of records) if (noun === 'molecule') mols.set(doc.id, doc);
  const within = records.map(({ noun, doc }) => (noun === 'step' || noun === 'gate' ? doc.mol : undefined));
  const above = new Set(within.filter((id) => id !== undefined && !mols.has(id)) as string[]);
  for (const doc of await desk.books.readMany('molecule', [...above])) mols.set(doc.id, doc);
  return Promise.all(
    records.map(async (record): Promise<Bead> => {
      if (record.noun !== 'step') {
        const mol = record.noun === 'gate' && record.doc.mol ? mols.get(record.doc.mol) : undefined;
        return {
          ...record,
          text: record.noun === 'molecule' ? await molText(desk, record.doc.id) : await desk.books.text(record.doc.id),
          ...(mol ? { mol } : {}),
        };
      }
      const { doc } = record;
      const [own, planned] = await Promise.all([desk.books.text(doc.id), desk.plans.step(doc.mol, doc.at)]);
      const { description = '', acceptance = '', notes = '' } = planned ?? {};
      const mol = mols.get(doc.mol);
      return { ...record, text: { description, acceptance, notes, ...own }, ...(mol ? { mol } : {}) };
    }),
  );
}

/** A molecule's texts without its plan, which is none of a reader's business. */
async function molText({ books }: Reads, id: string): Promise<Record<string, string>> {
  const [description, notes] = await Promise.all([books.textField(id, 'description'), books.textField(id, 'notes')]);
  return { ...(description ? { description } : {}), ...(notes ? { notes } : {}) };
}

/** A record as an issue. */
export function issueOf(bead: Bead): Issue {
  const { text } = bead;
  const texts = {
    ...some('description', text['description']),
    ...some('design', text['design']),
    ...some('acceptance_criteria', text['acceptance']),
    ...some('notes', text['notes']),
  };
  switch (bead.noun) {
    case 'work':
      return workIssue(bead.doc, texts);
    case 'molecule':
      return moleculeIssue(bead.doc, texts);
    case 'step':
      return stepIssue(bead.doc, bead.mol, texts);
    case 'gate':
      return gateIssue(bead.doc, bead.mol);
  }
}

type Texts = Partial<Pick<Issue, 'description' | 'design' | 'acceptance_criteria' | 'notes'>>;

function workIssue(doc: Work, texts: Texts): Issue {
  const { closed } = doc;
  return {
    id: doc.id,
    title: doc.title,
    ...texts,
    status: doc.status,
    priority: doc.priority,
    issue_type: doc.type,
    ...some(
      'assignee',
      (doc['assignee'] as string | undefined) ?? (doc.hold ? `${doc.rig}/polecats/${doc.hold.name}` : undefined),
    ),
    created_at: iso(doc.createdAt),
    created_by: doc.createdBy,
    updated_at: iso(doc.updatedAt),
    ...(closed ? { closed_at: iso(closed.at), close_reason: closed.reason } : {}),
    ...(doc.labels.length > 0 ? { labels: doc.labels } : {}),
  };
}

function moleculeIssue(doc: Molecule, texts: Texts): Issue {
  const { closed } = doc;
  return {
    id: doc.id,
    title: doc.title,
    ...texts,
    status: closed ? 'closed' : doc.hand ? 'in_progress' : 'open',
    priority: 2,
    issue_type: 'molecule',
    ...some('assignee', doc.assignee),
    created_at: iso(doc.createdAt),
    created_by: doc.createdBy,
    updated_at: iso(doc.updatedAt),
    ...(closed ? { closed_at: iso(closed.at), close_reason: closed.reason } : {}),
    ...(doc.labels.length > 0 ? { labels: doc.labels } : {}),
    ...(doc.phase === 'vapor' ? { ephemeral: true } : {}),
    source_formula: doc.formula,
  };
}

/** A failed step is `blocked`: somebody has to look, and beads has no word for it. */
function stepIssue(doc: Step, mol: Molecule | undefined, texts: Texts): Issue {
  const { closed } = doc;
  const made = mol?.createdAt ?? 0;
  const changed = closed?.at ?? doc.failed?.at ?? doc.holder?.at ?? made;
  // What somebody said who closed it is the note that proves it.
  const said = closed?.reason === 'done' ? (doc.evidence?.note ?? closed.reason) : closed?.reason;
  const reason = closed && (closed.outcome === 'done' ? said : `${closed.outcome}: ${closed.reason}`);
  return {
    id: doc.id,
    title: doc.title,
    ...texts,
    status: doc.status === 'failed' ? 'blocked' : doc.status,
    priority: doc.priority,
    issue_type: doc.type,
    ...some('assignee', doc.assignee ?? doc.holder?.by),
    created_at: iso(made),
    ...some('created_by', mol?.createdBy),
    updated_at: iso(changed),
    ...(doc.holder ? { started_at: iso(doc.holder.at) } : {}),
    ...(closed ? { closed_at: iso(closed.at), close_reason: reason ?? '' } : {}),
    ...(doc.labels.length > 0 ? { labels: doc.labels } : {}),
    ...(mol?.phase === 'vapor' ? { ephemeral: true } : {}),
    ...some('source_formula', mol?.formula),
    source_location: `steps[${doc.key}]`,
  };
}

function gateIssue(doc: Gate, mol: Molecule | undefined): Issue {
  // One that was denied keeps back what it kept back: it is not closed.
  const ended = isFinal.gate(doc) ? doc.ended : undefined;
  return {
    id: doc.id,
    title: doc.title,
    ...some('description', doc.reason),
    status: ended ? 'closed' : doc.state === 'denied' ? 'blocked' : 'open',
    priority: 2,
    issue_type: 'gate',
    created_at: iso(doc.createdAt),
    created_by: doc.createdBy,
    updated_at: iso(ended?.at ?? doc.openedAt ?? doc.createdAt),
    ...(ended ? { closed_at: iso(ended.at), close_reason: ended.reason } : {}),
    ...(mol?.phase === 'vapor' ? { ephemeral: true } : {}),
    await_type: doc.type,
    ...some('await_id', doc.awaitId),
    ...(doc.timeoutMs === undefined ? {} : { timeout: doc.timeoutMs * 1e6 }),
    ...(doc.waiters.length > 0 ? { waiters: doc.waiters } : {}),
  };
}

/** A moment as beads writes it: to the second. */
export const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
const some = <K extends string>(key: K, value: string | undefined) => (value ? ({ [key]: value } as { [P in K]: string }) : {});
