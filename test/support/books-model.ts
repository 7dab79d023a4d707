import type { Put } from '#core/change';
import { concernedBy, standingOf } from '#core/derive';
import type { Member } from '#core/ids';
import type { Noun } from '#core/records';
import type { Keys } from '#world/store/keys';
import type { Link } from '#world/store/link';
import type { Reply } from '#world/store/resp';

/** A commit as the model is told of it: the whole documents, and what goes with them. */
export type ModelCommit = {
  readonly put: readonly Put[];
  readonly needs: ReadonlyArray<{ readonly id: string; readonly job: Member; readonly on: readonly string[] }>;
  readonly settle: readonly string[];
  readonly unsettle: readonly string[];
  readonly text: ReadonlyArray<{ readonly id: string; readonly fields: Readonly<Record<string, string>> }>;
  readonly marks: readonly Member[];
  readonly events: ReadonlyArray<{ readonly type: `${string}.${string}`; readonly subject: string }>;
};

/** All that the books hold, in a form that is compared: keys in order, sets sorted. */
export type Shown = {
  readonly records: Record<string, { v: number; doc: unknown }>;
  readonly indexes: Record<string, Record<string, number>>;
  readonly unmet: Record<string, string[]>;
  readonly successors: Record<string, Record<string, string>>;
  readonly text: Record<string, Record<string, string>>;
  readonly unseen: string[];
  readonly events: string[];
};

/** The books in memory, as simply as they can be said: indexes are counted out anew from all records, never moved. */
export class BooksModel {
  readonly #records = new Map<string, { noun: Noun; v: number; doc: Put['doc'] }>();
  readonly #unmet = new Map<string, Set<string>>();
  readonly #successors = new Map<string, Map<string, Member>>();
  readonly #text = new Map<string, Record<string, string>>();
  readonly #unseen = new Set<string>();
  readonly #events: string[] = [];

  doc(noun: Noun, id: string): Put['doc'] | undefined {
    return this.#records.get(`${noun}:${id}`)?.doc;
  }

  /** Writes a commit. @returns the jobs that it marks */
  commit(change: ModelCommit, self: Member | undefined): Set<Member> {
    const marked = new Set<Member>(change.marks);
    for (const { noun, doc } of change.put) {
      const before = this.#records.get(`${noun}:${doc.id}`);
      for (const one of concernedBy(noun, doc as never, before?.doc as never)) marked.add(one);
      this.#records.set(`${noun}:${doc.id}`, { noun, v: (before?.v ?? 0) + 1, doc });
    }
    for (const { id, job, on } of change.needs)
      for (const need of on) {
        mapped(this.#unmet, id, () => new Set()).add(need);
        mapped(this.#successors, need, () => new Map()).set(id, job);
      }
    for (const id of change.settle)
      for (const [waiting, job] of this.#successors.get(id) ?? []) {
        const left = this.#unmet.get(waiting);
        if (left?.delete(id) && left.size === 0) marked.add(job);
      }
    for (const id of change.unsettle)
      for (const [waiting, job] of this.#successors.get(id) ?? []) {
        mapped(this.#unmet, waiting, () => new Set()).add(id);
        marked.add(job);
      }
    for (const { id, fields } of change.text) this.#text.set(id, { ...this.#text.get(id), ...fields });
    if (self) marked.delete(self);
    for (const one of marked) this.#unseen.add(one);
    this.#events.push(...change.events.map(({ type, subject }) => `${type} ${subject}`));
    return marked;
  }

  take(job: Member, id: string): number {
    this.#unseen.delete(job);
    return this.#unmet.get(id)?.size ?? 0;
  }

  show(): Shown {
    const indexes: Record<string, Record<string, number>> = {};
    for (const { noun, doc } of this.#records.values())
      for (const [index, score, member] of standingOf(noun, doc as never)) {
        indexes[index] ??= {};
        indexes[index][member ?? doc.id] = score;
      }
    return {
      records: Object.fromEntries([...this.#records].map(([key, { v, doc }]) => [key, { v, doc }])),
      indexes,
      unmet: Object.fromEntries([...this.#unmet].filter(([, set]) => set.size > 0).map(([id, set]) => [id, [...set].sort()])),
      successors: Object.fromEntries([...this.#successors].map(([id, map]) => [id, Object.fromEntries(map)])),
      text: Object.fromEntries(this.#text),
      unseen: [...this.#unseen].sort(),
      events: this.#events,
    };
  }
}

/** What Redis holds of the books, key by key: nothing that it holds is left out but the remembered answers of commits. */
export async function shown(link: Link, keys: Keys): Promise<Shown> {
  const all: Shown = { records: {}, indexes: {}, unmet: {}, successors: {}, text: {}, unseen: [], events: [] };
  const names = ((await link.call('KEYS', `${keys.books}*`)) as string[]).sort();
  const types = (await link.pipeline(names.map((name) => ['TYPE', name]))) as string[];
  const whole: Record<string, (name: string) => string[]> = {
    hash: (name) => ['HGETALL', name],
    set: (name) => ['SMEMBERS', name],
    zset: (name) => ['ZRANGE', name, '0', '-1', 'WITHSCORES'],
    stream: (name) => ['XRANGE', name, '-', '+'],
    string: (name) => ['GET', name],
  };
  const replies = await link.pipeline(names.map((name, i) => whole[types[i] ?? '']?.(name) ?? ['ECHO', name]));
  names.forEach((name, i) => {
    place(all, name.slice(keys.books.length), replies[i] as Reply);
  });
  return all;
}

function place(all: Shown, key: string, reply: Reply): void {
  const colon = key.indexOf(':');
  const [kind, id] = colon < 0 ? [key, ''] : [key.slice(0, colon), key.slice(colon + 1)];
  const flat = reply as string[];
  if (kind === 'schema' || kind === 'epoch' || kind === 'commit') return;
  if (kind === 'unseen') all.unseen.push(...flat.filter((_, i) => i % 2 === 0).sort());
  else if (kind === 'events') all.events.push(...(reply as Array<[string, string[]]>).map(([, fields]) => told(fields)));
  else if (kind === 'i') all.indexes[id] = mapValues(pairs(flat), Number);
  else if (kind === 'unmet') all.unmet[id] = flat.sort();
  else if (kind === 'succ') all.successors[id] = pairs(flat);
  else if (kind === 'text') all.text[id] = pairs(flat);
  else {
    const { v, doc, ...more } = pairs(flat);
    all.records[key] = { v: Number(v), doc: JSON.parse(doc ?? 'null'), ...more };
  }
}

const told = (fields: string[]) => `${fields[fields.indexOf('type') + 1]} ${fields[fields.indexOf('subject') + 1]}`;
const pairs = (flat: readonly string[]): Record<string, string> =>
  Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : [])));
const mapValues = <A, B>(of: Record<string, A>, make: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, make(value)]));

function mapped<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
