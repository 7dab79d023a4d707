import type { Put } from '#core/change';
import { type Member, shortHash } from '#core/ids';
import { TEXT_BYTES, TITLE_BYTES } from '#core/limits';
import { watchersOf } from '#core/molecule/life';
import type { Work } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { createWork as created } from '#core/work';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';

/** What a person says of a new item. */
export type NewItem = {
  readonly rig: string;
  /** The rig's, which its ids begin with. */
  readonly prefix: string;
  readonly title: string;
  readonly type?: string;
  /** 0 (most urgent) to 4. */
  readonly priority?: number;
  readonly labels?: readonly string[];
  readonly deps?: readonly string[];
  readonly agent?: string;
  readonly assignee?: string;
  /** The item or the step that it is to lie in. */
  readonly parent?: string;
  /** It has the labels of that one too. */
  readonly inherits?: boolean;
  /** Long text by field: description, design, notes, acceptance. */
  readonly text?: Readonly<Record<string, string>>;
};

const SHORTEST = 3;
const LONGEST = 10;
const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** Writes a new work item. Items that it needs must exist; those that are closed hold nothing up. */
export async function createWork(desk: Desk, input: NewItem): Promise<Work | Refusal> {
  const title = input.title.trim();
  const size = bytes(title);
  if (size === 0 || size > TITLE_BYTES || /\p{Cc}/u.test(title)) return refuse('TITLE_INVALID', { bytes: size });
  const text = Object.fromEntries(Object.entries(input.text ?? {}).filter(([, value]) => value !== ''));
  for (const [field, value] of Object.entries(text)) {
    const long = tooLong(field, value);
    if (long) return long;
  }
  const deps = [...new Set(input.deps ?? [])];
  return desk.change(async (reading) => {
    const open: string[] = [];
    for (const id of deps) {
      const other = await reading.get('work', id);
      if (!other) return refuse('WORK_UNKNOWN', { id, hint: '`gt work list` shows all.' });
      if (other.status !== 'closed') open.push(id);
    }
    const above = input.parent === undefined ? undefined : await holder(reading, input.parent, desk.clock.now());
    if (isRefusal(above)) return above;
    const fresh = {
      id: await freeId(desk, reading, input.prefix),
      rig: input.rig,
      title,
      type: input.type ?? 'task',
      priority: input.priority ?? 2,
      labels: [...new Set([...(input.labels ?? []), ...(input.inherits ? (above?.labels ?? []) : [])])],
      deps,
      ...(input.agent ? { agent: input.agent } : {}),
      ...(input.assignee ? { assignee: input.assignee } : {}),
      ...(input.parent ? { parent: input.parent } : {}),
      text,
    };
    const change = created(fresh, open, desk.actor, desk.clock.now());
    return { ...change, put: [...change.put, ...(above?.put ?? [])], marks: above?.marks ?? [] };
  });
}

type Holder = { readonly put: Put[]; readonly marks: Member[]; readonly labels: readonly string[] };

/**
 * What a new child does to what it lies in. An item is written, so that nobody closes it unseen meanwhile; who waits for the children of a step looks again:
 * the step was read, and is open.
 */
async function holder(reading: Reading, id: string, now: number): Promise<Holder | Refusal> {
  const no = (what: string, hint: string) => refuse('NO_SUCH_PARENT', { id, what, hint });
  const over = () => no('closed', 'Make it without a parent.');
  const work = await reading.get('work', id);
  if (work?.status === 'closed') return over();
  if (work) return { put: [{ noun: 'work', doc: { ...work, updatedAt: now } }], marks: [], labels: work.labels };
  const step = await reading.get('step', id);
  if (step?.status === 'closed') return over();
  if (step) return { put: [], marks: watchersOf(step, await reading.get('molecule', step.mol)), labels: step.labels };
  if (await reading.get('molecule', id)) return no('a molecule', 'Name one of its steps: `gt mol status` shows them.');
  if (await reading.get('gate', id)) return no('a gate', 'Name an item or a step.');
  return refuse('BEAD_UNKNOWN', { id, hint: '`bd list --all` shows all.' });
}

/** The refusal of a text that is longer than the books take, or undefined. */
export function tooLong(field: string, value: string, limit = TEXT_BYTES): Refusal | undefined {
  const size = bytes(value);
  return size > limit ? refuse('TEXT_TOO_LONG', { field, bytes: size, limit }) : undefined;
}

/** An id that nobody has: as short as possible, longer when the short one is taken. */
export async function freeId(desk: Desk, reading: Reading, prefix: string): Promise<string> {
  for (let length = SHORTEST; length <= LONGEST; length++) {
    const id = `${prefix}-${shortHash(desk.random(length), length)}`;
    if (!(await reading.get('work', id))) return id;
  }
  throw new Error(`no id is free under ${prefix}-`);
}
