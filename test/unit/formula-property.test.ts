import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cook } from '#core/formula/cook';
import { sentence } from '#core/formula/faults';
import { inOrder } from '#core/formula/graph';
import type { Proto, ProtoStep } from '#core/formula/proto';

/** What holds of every formula, made of random steps: plain ones, containers, loops, expansions, gates, commands, with or without advice around them. */

type Kind = 'plain' | 'children' | 'loop' | 'expand' | 'gate' | 'run' | 'mapped';
type Made = { readonly id: string; readonly needs: readonly string[]; readonly kind: Kind };
type Files = Readonly<Record<string, Record<string, unknown>>>;

const kinds: readonly Kind[] = ['plain', 'plain', 'children', 'loop', 'expand', 'gate', 'run', 'mapped'];

/** Steps that need only ones before them, in any order of the file. */
const made = fc
  .array(fc.record({ kind: fc.constantFrom(...kinds), needs: fc.array(fc.nat(20), { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 14,
  })
  .map((all) =>
    all.map(({ kind, needs }, at): Made => {
      const id = (n: number) => `${all[n]?.kind === 'mapped' ? 'm' : 's'}${n}`;
      return { id: id(at), kind, needs: at === 0 ? [] : [...new Set(needs.map((need) => id(need % at)))] };
    }),
  )
  .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));

function stepOf({ id, needs, kind }: Made): Record<string, unknown> {
  const step = { id, ...(needs.length > 0 ? { needs } : {}) };
  if (kind === 'children')
    return { ...step, children: [{ id: `${id}-a` }, { id: `${id}-b`, needs: [`${id}-a`] }, { id: `${id}-c` }] };
  if (kind === 'loop') return { ...step, loop: { count: 2, body: [{ id: 'x' }, { id: 'y' }, { id: 'z', needs: ['x'] }] } };
  if (kind === 'expand') return { ...step, expand: 'two' };
  if (kind === 'gate') return { ...step, gate: { type: 'human' } };
  return kind === 'run' ? { ...step, run: 'true' } : step;
}

const filesOf = (all: readonly Made[], advised: boolean): Files => ({
  f: {
    formula: 'f',
    extends: ['base'],
    compose: { map: [{ select: 'm*', with: 'two' }], ...(advised ? { aspects: ['around'] } : {}) },
    steps: all.filter((_, at) => at % 2 === 0).map(stepOf),
  },
  base: { formula: 'base', type: 'workflow', steps: [{ id: 'zero' }, ...all.filter((_, at) => at % 2 === 1).map(stepOf)] },
  two: {
    formula: 'two',
    type: 'expansion',
    template: [{ id: '{target}.p' }, { id: '{target}.q' }, { id: '{target}.r', needs: ['{target}.p'] }],
  },
  around: {
    formula: 'around',
    type: 'aspect',
    advice: [{ target: '*1*', before: { id: '{step.id}-pre' }, after: { id: '{step.id}-post' } }],
  },
});

/** What is made of the files, found and listed in their order. */
function cooked(files: Files): Proto {
  // Needs go from the child to inherited steps and back: they are judged when all is known.
  const find = (name: string) => (files[name] ? { file: `${name}.json`, text: JSON.stringify(files[name]) } : undefined);
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const result = cook({ name: 'f', find, names: Object.keys(files), hash });
  if ('faults' in result) throw new Error(result.faults.map(sentence).join('\n'));
  return result.proto;
}

const reversed = <T>(table: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(table).reverse());

test('K1: cooking is deterministic: the order of files, and of keys in their tables, changes no byte', () => {
  fc.assert(
    fc.property(made, fc.boolean(), (all, advised) => {
      const files = filesOf(all, advised);
      const bytes = JSON.stringify(cooked(files));
      expect(JSON.stringify(cooked(reversed(files)))).toBe(bytes);
      const turned = Object.fromEntries(Object.entries(files).map(([name, one]) => [name, reversed(one)]));
      expect(JSON.stringify(cooked(turned))).toBe(bytes);
    }),
    { numRuns: 60 },
  );
});

test('no step is lost, and none comes twice', () => {
  fc.assert(
    fc.property(made, (all) => {
      const list = cooked(filesOf(all, false)).steps.map((step) => (step.kind === 'gate' ? `gate-${step.step}` : step.step));
      const rounds = (id: string) => ['iter1', 'iter2'].flatMap((round) => ['x', 'y', 'z'].map((one) => `${id}.${round}.${one}`));
      const wanted = all.flatMap(({ id, kind }) => {
        if (kind === 'children') return [id, `${id}-a`, `${id}-b`, `${id}-c`];
        if (kind === 'loop') return rounds(id);
        if (kind === 'expand' || kind === 'mapped') return [`${id}.p`, `${id}.q`, `${id}.r`];
        return kind === 'gate' ? [id, `gate-${id}`] : [id];
      });
      expect(list.sort()).toEqual(['zero', ...wanted].sort());
    }),
    { numRuns: 60 },
  );
});

test('every step is reached, whatever it is made of and whoever advises it', () => {
  fc.assert(
    fc.property(made, fc.boolean(), (all, advised) => {
      const { steps } = cooked(filesOf(all, advised));
      expect(inOrder(steps)).toHaveLength(steps.length);
    }),
    { numRuns: 60 },
  );
});

test('a need that is written holds for all that comes of both steps', () => {
  fc.assert(
    fc.property(made, fc.boolean(), (all, advised) => {
      const { steps } = cooked(filesOf(all, advised));
      const before = ancestors(steps);
      const groups = grouped(
        steps.filter(({ kind }) => kind !== 'gate'),
        writtenOf,
      );
      // One expectation of all pairs: there are thousands, and each of its own costs more than the cooking.
      const pairs = all.flatMap(({ id, needs }) =>
        needs.flatMap((need) =>
          (groups.get(id) ?? []).flatMap((late) => (groups.get(need) ?? []).map((early) => ({ late, early }))),
        ),
      );
      const broken = pairs.filter(({ late, early }) => !before(late.id).has(early.id));
      expect(broken.map(({ late, early }) => `${late.step} is not after ${early.step}`)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

function grouped<T>(list: readonly T[], by: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(by(one), [...(groups.get(by(one)) ?? []), one]);
  return groups;
}

/** The written step that a cooked one comes of. */
function writtenOf({ step, origin }: ProtoStep): string {
  const id = origin.by[0]?.on ?? step;
  return id.replace(/-[abc]$/, '');
}

/** All that must have ended before a step starts: what it and its containers need, with all that lies in that. */
function ancestors(steps: readonly ProtoStep[]): (id: string) => ReadonlySet<string> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const children = grouped(steps, ({ parent }) => parent);
  const known = new Map<string, Set<string>>();
  const inside = (id: string): string[] => [id, ...(children.get(id) ?? []).flatMap((child) => inside(child.id))];
  const find = (id: string): Set<string> => {
    const there = known.get(id);
    if (there) return there;
    const found = new Set<string>();
    known.set(id, found);
    const { needs = [], parent = '' } = byId.get(id) ?? {};
    for (const need of needs.flatMap(inside)) for (const one of [need, ...find(need)]) found.add(one);
    if (byId.has(parent)) for (const one of find(parent)) found.add(one);
    return found;
  };
  return find;
}
