import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { Put } from '#core/change';
import { type Member, member } from '#core/ids';
import type { Noun, Work } from '#core/records';
import { isRefusal, refuse } from '#core/refusals';
import type { Reading, Writer } from '#world/store/books';
import { take } from '#world/store/take';
import { op, type Teller } from './books.ts';
import type { BooksModel, ModelCommit } from './books-model.ts';
import { aRun, item, request } from './records.ts';

/** The books under test: two tellers on the same keys, the worker's epoch, and a Redis that can be killed. */
type Real = {
  readonly tellers: readonly [Teller, Teller];
  readonly epoch: () => number;
  readonly crash: () => Promise<void>;
};
/** One move: done to Redis and to the model alike. It throws where the two differ. */
export type Move = { readonly name: string; readonly run: (real: Real, model: BooksModel) => Promise<void> };

const IDS = ['gp-a', 'gp-b', 'gp-c', 'gp-d', 'gp-e'];
const id = fc.constantFrom(...IDS);
const jobOf = (one: string): Member => member('work', `${one}@1`);
const job = fc.oneof(
  id.map(jobOf),
  id.map((one) => member('polecats', `${one}.r1`)),
  fc.constant(member('dispatch', 'town@1')),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const someWork = fc.record({
  status: fc.constantFrom<Work['status']>('open', 'hooked', 'in_progress', 'closed', 'deferred'),
  priority: fc.nat(4),
  updatedAt: fc.nat(1e6),
  want: maybe(fc.record({ since: fc.nat(1e6), rework: fc.boolean() })),
  run: maybe(fc.constant('r')),
  held: fc.boolean(),
  needsYou: maybe(fc.constant({ escalation: 'es-a', why: 'asked' })),
  jobsRemoved: maybe(fc.constant(true)),
});
type Edit = { readonly noun: Noun; readonly id: string; readonly make: (before: Put['doc'] | undefined) => Put['doc'] };
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(id, someWork).map(([one, { held, ...more }]) => ({
    noun: 'work' as const,
    id: one,
    make: (before: unknown) =>
      clean(
        item(one, {
          ...(before as Work),
          ...(more as Partial<Work>),
          hold: held ? { name: `n-${one}`, dir: 'd' } : undefined,
        } as never),
      ),
  })),
  fc.tuple(id, fc.constantFrom('granted', 'live', 'ended')).map(([one, state]) => ({
    noun: 'run' as const,
    id: `${one}.r1`,
    make: () => aRun(`${one}.r1`, { state: state as 'live' }),
  })),
  fc
    .tuple(id, fc.constantFrom('submitted', 'queued', 'landing', 'merged', 'returned'), fc.nat(4))
    .map(([one, state, priority]) => ({
      noun: 'merge' as const,
      id: `${one}.m1`,
      make: () => request(`${one}.m1`, { state: state as 'queued', priority }),
    })),
);
const clean = (doc: Work): Work => JSON.parse(JSON.stringify(doc));

const list = <T>(of: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.array(of, { minLength: 1, maxLength: 3 }) },
  );
const commitPlan = fc.record({
  edits: fc.uniqueArray(edit, { minLength: 1, maxLength: 3, selector: (one) => `${one.noun}:${one.id}` }),
  needs: list(fc.tuple(id, fc.uniqueArray(id, { maxLength: 3 })).map(([one, on]) => ({ id: one, job: jobOf(one), on }))),
  settle: list(id),
  unsettle: list(id),
  text: list(
    fc
      .tuple(id, fc.dictionary(fc.constantFrom('notes', 'design'), fc.string(), { minKeys: 1, maxKeys: 2 }))
      .map(([one, fields]) => ({ id: one, fields: { ...fields } })),
  ),
  marks: list(job),
  events: list(id.map((one) => ({ type: 'work.told' as const, subject: one }))),
  self: maybe(job),
});
type Plan = { readonly [K in keyof ModelCommit as Exclude<K, 'put'>]: ModelCommit[K] } & {
  readonly edits: readonly Edit[];
  readonly self: Member | undefined;
};

/** Commits a plan through a teller and in the model, and compares what both marked. @param before runs in each decision, after it has read */
async function commit(real: Real, model: BooksModel, plan: Plan, before: (attempt: number) => Promise<void>): Promise<void> {
  const { edits, self, ...rest } = plan;
  const writer: Writer = self ? { actor: 'gt', epoch: real.epoch(), self } : op;
  let attempt = 0;
  const written = await real.tellers[0].books.change(writer, async (reading: Reading) => {
    const put: Put[] = [];
    for (const one of edits) put.push({ noun: one.noun, doc: one.make(await reading.get(one.noun, one.id)) } as Put);
    await before(attempt++);
    return { put, answer: put, ...rest };
  });
  if (isRefusal(written)) throw new Error(`refused: ${JSON.stringify(written)}`);
  const put = edits.map((one) => ({ noun: one.noun, doc: one.make(model.doc(one.noun, one.id)) }) as Put);
  const marked = [...model.commit({ ...rest, put }, self)].sort();
  const told = [...new Set(written.marked)].sort();
  if (JSON.stringify(told) !== JSON.stringify(marked)) throw new Error(`marked ${told}, but it is ${marked}`);
}

const nothing = async () => undefined;

const committed = fc.tuple(commitPlan, fc.constantFrom(undefined, undefined, 'request', 'reply')).map(
  ([plan, cut]): Move => ({
    name: `commit, ${cut ? `its ${cut} cut` : 'not cut'}`,
    run: async (real, model) => {
      real.tellers[0].link.cut = undefined;
      await commit(real, model, plan, async () => {
        real.tellers[0].link.cut = cut as 'reply';
      });
    },
  }),
);

/** Somebody else writes one of the records between reading and writing: the first decides again. */
const clashed = fc.tuple(commitPlan, commitPlan).map(
  ([plan, meanwhile]): Move => ({
    name: 'commit beside another one',
    run: (real, model) => {
      const other: Real = { ...real, tellers: [real.tellers[1], real.tellers[0]] };
      return commit(real, model, plan, (attempt) => (attempt === 0 ? commit(other, model, meanwhile, nothing) : nothing()));
    },
  }),
);

const raced = fc.tuple(id, fc.integer({ min: 2, max: 4 })).map(
  ([one, writers]): Move => ({
    name: `${writers} writers of ${one} at once`,
    run: async (real, model) => {
      const plus = (doc: Put['doc'] | undefined) =>
        clean({ ...item(one), ...(doc as Work), n: Number((doc as Work | undefined)?.['n'] ?? 0) + 1 });
      const write = ({ books }: Teller) =>
        books.change(op, async (reading) => ({
          put: [{ noun: 'work', doc: plus(await reading.get('work', one)) }],
          answer: undefined,
        }));
      const all = await Promise.all(Array.from({ length: writers }, (_, i) => write(real.tellers[i % 2 ? 0 : 1])));
      if (all.some(isRefusal)) throw new Error('a writer was refused');
      const none = { needs: [], settle: [], unsettle: [], text: [], marks: [], events: [] };
      for (const _ of all) model.commit({ ...none, put: [{ noun: 'work', doc: plus(model.doc('work', one)) }] }, undefined);
    },
  }),
);

const taken = id.map(
  (one): Move => ({
    name: `take ${one}`,
    run: async ({ tellers: [{ link, books }], epoch }, model) => {
      const { doc, unmet } = await take(link, books, epoch(), jobOf(one), 'work', one);
      const due = model.take(jobOf(one), one);
      if (unmet !== due) throw new Error(`${unmet} needs unmet, but it is ${due}`);
      if (!isDeepStrictEqual(doc, model.doc('work', one))) throw new Error('another record was taken');
    },
  }),
);

/** A change that is refused, is made by a worker of the past, or ends in a fault: nothing of it is seen. */
const failed = fc.tuple(commitPlan, fc.constantFrom('refused', 'stale', 'blind')).map(
  ([{ edits, self: _, ...rest }, how]): Move => ({
    name: `${how} change`,
    run: async ({ tellers: [, { books }], epoch }) => {
      const writer: Writer = { actor: 'gt', epoch: how === 'stale' ? epoch() - 1 : epoch() };
      const outcome = books.change(writer, async (reading) => {
        const put: Put[] = [];
        for (const one of edits) put.push({ noun: one.noun, doc: one.make(await reading.get(one.noun, one.id)) } as Put);
        if (how === 'refused') return refuse('WORK_UNKNOWN', { id: 'gp-z' });
        return {
          put: how === 'blind' ? [...put, { noun: 'work' as const, doc: item('gp-z') }] : put,
          answer: undefined,
          ...rest,
        };
      });
      const is = await outcome.then(
        (answer) => (isRefusal(answer) ? 'refused' : 'written'),
        (fault: Error) => fault.name,
      );
      if (is !== { refused: 'refused', stale: 'StaleEpoch', blind: 'Error' }[how]) throw new Error(`${how}, yet ${is}`);
    },
  }),
);

const crashed = fc.constant<Move>({ name: 'Redis is killed, and comes back', run: ({ crash }) => crash() });

/** Any number of moves, in any order. */
export const moves = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: committed },
    { weight: 3, arbitrary: clashed },
    { weight: 2, arbitrary: raced },
    { weight: 3, arbitrary: taken },
    { weight: 2, arbitrary: failed },
    { weight: 1, arbitrary: crashed },
  ),
  { minLength: 1, maxLength: 30, size: 'max' },
);
