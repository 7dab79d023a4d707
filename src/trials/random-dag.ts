import type { Proto, ProtoStep } from '#core/formula/proto';
import type { Molecule } from '#core/records';
import type { Books } from '#world/store/books';
import { planOf, planStep } from './plans.ts';
import { type Draw, drawn, upTo } from './seeded.ts';

const DEEPEST = 3;
const MOST_CHILDREN = 12;

/** How a plan is drawn: how many needs a step has at most, how far back they reach, how often a step is a container. */
type Shape = { readonly needs: number; readonly reach: number; readonly containers: number };

/** A plan of marks and nested containers at random, the same for the same seed. Needs go to whatever ends before the step's own turn, at any depth. */
export function randomPlan(seed: number, size: number): Proto {
  const draw = drawn(seed);
  const shape: Shape = { needs: 1 + upTo(draw, 4), reach: 1 + upTo(draw, size), containers: draw() < 0.3 ? 0 : draw() * 0.2 };
  const steps: ProtoStep[] = [];
  // What has ended by then, in the order of a walk in which a container ends after its children.
  const ended: string[] = [];
  while (steps.length < size) grow(draw, shape, size, steps, ended, 'f', 0);
  return planOf(steps);
}

function grow(draw: Draw, shape: Shape, size: number, steps: ProtoStep[], ended: string[], parent: string, depth: number): void {
  const count = Math.min(upTo(draw, shape.needs), ended.length);
  const needs = new Set(
    Array.from({ length: count }, () => ended.at(-1 - upTo(draw, Math.min(shape.reach, ended.length) - 1)) ?? ''),
  );
  const step = `n${steps.length}`;
  const id = `${parent}.${step}`;
  const isContainer = depth < DEEPEST && size - steps.length > 1 && draw() < shape.containers;
  steps.push(planStep(step, [], { id, parent, needs: [...needs], ...(isContainer ? { type: 'epic' } : {}) }));
  const children = isContainer ? 1 + upTo(draw, Math.min(MOST_CHILDREN, size - steps.length) - 1) : 0;
  for (let i = 0; i < children && steps.length < size; i++) grow(draw, shape, size, steps, ended, id, depth + 1);
  ended.push(id);
}

/** What must have closed before each step of a plan: what it and its containers need, and a container's children. */
function before({ steps }: Proto): Map<string, ReadonlySet<string>> {
  const of = new Map(steps.map((step) => [step.id, step]));
  const found = new Map<string, Set<string>>();
  for (const { id, parent } of steps) {
    const all = new Set<string>();
    for (let at = of.get(id); at; at = of.get(at.parent)) for (const need of at.needs) all.add(need);
    found.set(id, all);
    found.get(parent)?.add(id);
  }
  return found;
}

/**
 * What is wrong with a molecule that has ended: nothing, when each step has closed once, after all that it had to wait for, and the molecule after them. Told by
 * the events, which stand in the order of the commits.
 */
export async function faultsOfRun(books: Books, plan: Proto, mol: Molecule): Promise<string[]> {
  const faults: string[] = [];
  const id = (own: string) => `${mol.id}${own.slice(plan.root.length)}`;
  const place = new Map<string, number>();
  for (const [at, { type, subject }] of (await books.eventsAfter('0', 1_000_000)).entries()) {
    if (type !== 'step.closed' && type !== 'molecule.closed') continue;
    if (place.has(subject)) faults.push(`${subject} has closed twice`);
    place.set(subject, at);
  }
  const over = place.get(mol.id) ?? -1;
  if (over < 0) faults.push('the molecule has not closed');
  for (const [own, first] of before(plan)) {
    const at = place.get(id(own));
    if (at === undefined) faults.push(`${own} has not closed`);
    else if (at > over) faults.push(`${own} closed after the molecule`);
    else
      for (const need of first)
        if ((place.get(id(need)) ?? at) >= at) faults.push(`${own} closed before ${need}, which it needs`);
  }
  const [open, closed] = await Promise.all([books.count(`steps.open:${mol.id}`), books.count(`steps.closed:${mol.id}`)]);
  if (open > 0 || closed !== plan.steps.length) faults.push(`${closed} of ${plan.steps.length} steps are closed, ${open} open`);
  return faults;
}
