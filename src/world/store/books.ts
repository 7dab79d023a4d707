import { randomUUID } from 'node:crypto';
import type { Change, Decision } from '#core/change';
import { BURIED, concernedBy, GONE, jobMember, standingOf } from '#core/derive';
import type { Member } from '#core/ids';
import { CLASHES, COMMIT_MEMORY_MS, EVENTS_KEPT } from '#core/limits';
import type { Noun, Records } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Clock } from '#world/clock';
import { eventFields, isNothing, moved } from './form.ts';
import type { Keys } from './keys.ts';
import { type Link, RedisGone } from './link.ts';
import type { Reply } from './resp.ts';
import { script } from './script.ts';
import { eventOf, type StoredEvent } from './tail.ts';

/** The number of the books' form; commit.lua refuses books of another. */
const SCHEMA = 1;

const commitScript = script(new URL('./commit.lua', import.meta.url));

/** Reads within one change; what was read must still be so when the change is written. */
export type Reading = {
  /** A record, or undefined. */
  get<N extends Noun>(noun: N, id: string): Promise<Records[N] | undefined>;
};

/** Who writes: `epoch` 0 and no `self` for an op; the worker's epoch and the member of the running job for a processor. */
export type Writer = { readonly actor: string; readonly epoch: number; readonly self?: Member };

/** What came of a change: its answer, and the jobs that were marked and now want a wake. */
export type Written<A> = { readonly answer: A; readonly marked: Member[] };

/** The answer of a commit by a worker that another one has succeeded: it must stop. */
export class StaleEpoch extends Error {
  override readonly name = 'StaleEpoch';
}

/** Checks a stored document on its way in. The hot commands pass documents as they are: they come from our own commit. */
export type Validate = <N extends Noun>(noun: N, doc: unknown) => Records[N];

/** A record as it was read, with its version; 0 for one that is absent. */
export type Seen = { readonly noun: Noun; readonly id: string; readonly version: number; readonly doc: unknown };

/** The books: typed records in Redis, read at will, written in whole changes. */
export class Books {
  readonly keys: Keys;
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #validate: Validate;

  constructor(link: Link, keys: Keys, clock: Clock, validate: Validate) {
    this.#link = link;
    this.keys = keys;
    this.#clock = clock;
    this.#validate = validate;
  }

  /** Parses a stored document; undefined for one that is absent. */
  parse<N extends Noun>(noun: N, doc: Reply): Records[N] | undefined {
    return typeof doc === 'string' ? this.#validate(noun, JSON.parse(doc)) : undefined;
  }

  async read<N extends Noun>(noun: N, id: string): Promise<Records[N] | undefined> {
    return this.parse(noun, await this.#link.call('HGET', this.keys.record(noun, id), 'doc'));
  }

  /** Several records of one noun in one round trip; absent ones are left out. */
  async readMany<N extends Noun>(noun: N, ids: readonly string[]): Promise<Array<Records[N]>> {
    if (ids.length === 0) return [];
    const replies = await this.#link.pipeline(ids.map((id) => ['HGET', this.keys.record(noun, id), 'doc']));
    return replies.map((reply) => this.parse(noun, good(reply))).filter((doc) => doc !== undefined);
  }

  /** Ids of an index in order, `from` to `to` (inclusive, as ZRANGE). */
  async index(name: string, from = 0, to = -1): Promise<string[]> {
    return (await this.#link.call('ZRANGE', this.keys.index(name), from, to)) as string[];
  }

  /** The first members after `after`, of an index whose scores are all 0: those stand in the order of their bytes. */
  async membersAfter(name: string, after: string, count: number): Promise<string[]> {
    const range = ['ZRANGEBYLEX', this.keys.index(name), after === '' ? '-' : `(${after}`, '+', 'LIMIT', 0, count] as const;
    return (await this.#link.call(...range)) as string[];
  }

  /** Newest first. */
  async indexFromEnd(name: string, count: number): Promise<string[]> {
    return (await this.#link.call('ZREVRANGE', this.keys.index(name), 0, count - 1)) as string[];
  }

  /** Ids whose score is at most `until`, lowest first. */
  async indexUntil(name: string, until: number, count: number): Promise<string[]> {
    return (await this.#link.call('ZRANGEBYSCORE', this.keys.index(name), '-inf', until, 'LIMIT', 0, count)) as string[];
  }

  /** The id with this score, the first in alphabetical order if several have it. */
  async indexAt(name: string, score: number): Promise<string | undefined> {
    return ((await this.#link.call('ZRANGEBYSCORE', this.keys.index(name), score, score, 'LIMIT', 0, 1)) as string[])[0];
  }

  async count(index: string): Promise<number> {
    return Number(await this.#link.call('ZCARD', this.keys.index(index)));
  }

  /** Place in an index, from 0; undefined when it is not in it. */
  async rank(index: string, id: string): Promise<number | undefined> {
    const rank = await this.#link.call('ZRANK', this.keys.index(index), id);
    return rank === null ? undefined : Number(rank);
  }

  /** What each item still waits for. */
  async unmet(...ids: string[]): Promise<string[][]> {
    const replies = await this.#link.pipeline(ids.map((id) => ['SMEMBERS', this.keys.unmet(id)]));
    return replies.map((reply) => (good(reply) as string[]).sort());
  }

  /** Who waits for each of these. */
  async successors(...ids: string[]): Promise<string[][]> {
    const replies = await this.#link.pipeline(ids.map((id) => ['HKEYS', this.keys.successors(id)]));
    return replies.map((reply) => (good(reply) as string[]).sort());
  }

  /** Long text of a record by field. */
  async text(id: string): Promise<Record<string, string>> {
    const flat = (await this.#link.call('HGETALL', this.keys.text(id))) as string[];
    return Object.fromEntries(flat.flatMap((field, i) => (i % 2 === 0 ? [[field, flat[i + 1] ?? '']] : [])));
  }

  /** One field of a record's long text. */
  async textField(id: string, field: string): Promise<string | undefined> {
    const found = await this.#link.call('HGET', this.keys.text(id), field);
    return typeof found === 'string' ? found : undefined;
  }

  /** The last events, newest first, `before` (exclusive) an event's id. */
  async eventsBefore(before: string | undefined, count: number): Promise<StoredEvent[]> {
    const from = before === undefined ? '+' : `(${before}`;
    return entries(await this.#link.call('XREVRANGE', this.keys.events, from, '-', 'COUNT', count));
  }

  /** Events after one, oldest first. */
  async eventsAfter(after: string, count: number): Promise<StoredEvent[]> {
    return entries(await this.#link.call('XRANGE', this.keys.events, `(${after}`, '+', 'COUNT', count));
  }

  /**
   * Reads, decides, writes: all of it or nothing. When somebody else wrote one of the records meanwhile, it reads and decides again, at most 8 times
   * with jitter. `first`: a reading made already, which the first try need not make again. @returns the decision's answer and the marked jobs; a refusal when core refused (nothing was written) or it never got through.
   * @throws StaleEpoch for a worker of the past.
   */
  async change<A>(
    writer: Writer,
    decide: (reading: Reading) => Promise<Decision<A>> | Decision<A>,
    first?: Seen,
  ): Promise<Written<A> | Refusal> {
    const commit = randomUUID();
    for (let attempt = 0; attempt < CLASHES; attempt++) {
      const seen = new Map<string, Seen>();
      const known = attempt === 0 ? first : undefined;
      const decision = await decide({ get: (noun, id) => this.#see(seen, noun, id, known) });
      if (isRefusal(decision)) return decision;
      if (isNothing(decision)) return { answer: decision.answer, marked: [] };
      const reply = await this.#commit(`${commit}.${attempt}`, writer, seen, decision);
      if ('marked' in reply) return { answer: decision.answer, marked: reply.marked };
      if ('stale' in reply) throw new StaleEpoch(`epoch ${writer.epoch} is over, now it is ${reply.stale}`);
      if ('schema' in reply) return refuse('SCHEMA_TOO_NEW', { found: reply.schema, known: SCHEMA });
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4 * 2 ** attempt));
    }
    return refuse('BOOKS_BUSY', { times: CLASHES });
  }

  async #see<N extends Noun>(seen: Map<string, Seen>, noun: N, id: string, first?: Seen): Promise<Records[N] | undefined> {
    const known = seen.get(`${noun}:${id}`);
    if (known) return known.doc as Records[N] | undefined;
    if (first?.noun === noun && first.id === id) {
      seen.set(`${noun}:${id}`, first);
      return first.doc as Records[N] | undefined;
    }
    const [doc, version] = (await this.#link.call('HMGET', this.keys.record(noun, id), 'doc', 'v')) as [Reply, Reply];
    const meanwhile = seen.get(`${noun}:${id}`);
    if (meanwhile) return meanwhile.doc as Records[N] | undefined; // read twice at once: the first to come is what was read
    const parsed = this.parse(noun, doc);
    seen.set(`${noun}:${id}`, { noun, id, version: Number(version ?? 0), doc: parsed });
    return parsed;
  }

  async #commit(commit: string, writer: Writer, seen: Map<string, Seen>, change: Change<unknown>): Promise<CommitReply> {
    const now = this.#clock.now();
    const on: Array<readonly [string, number, string]> = [];
    const off: Array<readonly [string, string]> = [];
    const marks = new Set<string>(change.marks);
    for (const { noun, doc } of change.put) {
      const before = seen.get(`${noun}:${doc.id}`);
      if (!before) throw new Error(`${noun}:${doc.id} is written without having been read`);
      const was = before.doc as typeof doc | undefined;
      moved(was ? standingOf(noun, was as never) : [], standingOf(noun, doc as never), doc.id, on, off);
      for (const one of concernedBy(noun, doc as never, was as never)) marks.add(one);
    }
    for (const { noun, id } of change.drop ?? []) {
      const was = seen.get(`${noun}:${id}`)?.doc as Records[typeof noun] | undefined;
      if (was) moved(standingOf(noun, was as never), [], id, on, off);
      // Nothing but this list would know that its jobs are on the board.
      const job = noun === 'molecule' && was && !was['jobsRemoved'] ? jobMember.molecule(was as Records['molecule']) : undefined;
      if (job) on.push([BURIED, now, job]);
      if (noun === 'molecule' && was) on.push([GONE, now, id]);
    }
    for (const { noun, doc } of change.stand ?? []) moved([], standingOf(noun, doc as never), doc.id, on, off);
    off.push(...(change.unstand ?? []));
    for (const job of change.unbury ?? []) off.push([BURIED, job]);
    for (const id of change.forget ?? []) off.push([GONE, id]);
    const request = {
      commit,
      now,
      memory: COMMIT_MEMORY_MS,
      schema: SCHEMA,
      epoch: writer.epoch,
      self: writer.self ?? '',
      read: [...seen.values()].map((one) => [one.noun, one.id, one.version]),
      put: change.put.map(({ noun, doc }) => [noun, doc.id]),
      on,
      off,
      settle: change.settle ?? [],
      unsettle: change.unsettle ?? [],
      needs: (change.needs ?? []).map((one) => [one.id, one.job, one.on]),
      drop: (change.drop ?? []).map((one) => [one.noun, one.id]),
      text: (change.text ?? []).map((one) => [one.id, one.fields]),
      marks: [...marks],
      events: (change.events ?? []).map((event) => eventFields(event, writer.actor, now)),
      kept: EVENTS_KEPT,
    };
    const args = [JSON.stringify(request), ...change.put.map(({ doc }) => JSON.stringify(doc))];
    for (;;)
      try {
        return JSON.parse(String(await commitScript(this.#link, [this.keys.books], args))) as CommitReply;
      } catch (fault) {
        // Whether it was written is not known: the same commit id again gets the first answer, or writes it now.
        if (!(fault instanceof RedisGone) || fault.reason !== 'cut') throw fault;
      }
  }
}

type CommitReply = { marked: Member[] } | { clash: string } | { stale: number } | { schema: number };

const entries = (reply: Reply): StoredEvent[] => (reply as Array<[string, string[]]>).map(([id, fields]) => eventOf(id, fields));

function good(reply: Reply): Reply {
  if (reply instanceof Error) throw reply;
  return reply;
}
