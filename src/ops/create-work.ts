import { shortHash } from '#core/ids';
import { TEXT_BYTES, TITLE_BYTES } from '#core/limits';
import type { Work } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
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
    const fresh = {
      id: await freeId(desk, reading, input.prefix),
      rig: input.rig,
      title,
      type: input.type ?? 'task',
      priority: input.priority ?? 2,
      labels: [...new Set(input.labels ?? [])],
      deps,
      ...(input.agent ? { agent: input.agent } : {}),
      text,
    };
    return created(fresh, open, desk.actor, desk.clock.now());
  });
}

/** The refusal of a text that is longer than the books take, or undefined. */
export function tooLong(field: string, value: string): Refusal | undefined {
  const size = bytes(value);
  return size > TEXT_BYTES ? refuse('TEXT_TOO_LONG', { field, bytes: size, limit: TEXT_BYTES }) : undefined;
}

/** An id that nobody has: as short as possible, longer when the short one is taken. */
export async function freeId(desk: Desk, reading: Reading, prefix: string): Promise<string> {
  for (let length = SHORTEST; length <= LONGEST; length++) {
    const id = `${prefix}-${shortHash(desk.random(length), length)}`;
    if (!(await reading.get('work', id))) return id;
  }
  throw new Error(`no id is free under ${prefix}-`);
}
