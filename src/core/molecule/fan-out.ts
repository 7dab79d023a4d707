import type { Change } from '#core/change';
import type { OnComplete } from '#core/formula/grammar';
import type { Proto } from '#core/formula/proto';
import { FAN_OUT } from '#core/limits';
import type { Molecule, Step } from '#core/records';
import { watchersOf } from './life.ts';

/**
 * `on_complete`: when a step's work is done, a molecule for each item of a list in its output. The step stays in progress until they have closed, so that what
 * needs it waits for them too; it fails when one of them has.
 */

/** The items that `for_each` names; or why there are none to be had. An empty list is one. */
export function itemsOf(output: unknown, path: string): { readonly items: readonly unknown[] } | { readonly why: string } {
  if (output === undefined) return { why: `it gave out nothing, and ${path} is to be a list` };
  const found = fieldOf(output, path.split('.').slice(1));
  if (!Array.isArray(found)) return { why: `${path} is no list` };
  return found.length > FAN_OUT ? { why: `${path} has ${found.length} items, and ${FAN_OUT} may be` } : { items: found };
}

function fieldOf(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const part of path)
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? (at as Record<string, unknown>)[part] : undefined;
  return at;
}

/** The values that an item's molecule is poured with. `index` is from 0. What is in braces and is not there stays as it is written. */
export function itemVars(vars: OnComplete['vars'], item: unknown, index: number): Record<string, string> {
  const filled = (text: string) =>
    text.replace(/(?<!\{)\{(item(?:\.[\w-]+)*|index)\}(?!\})/g, (whole, name: string) => {
      const found = name === 'index' ? index : fieldOf(item, name.split('.').slice(1));
      return found === undefined || found === null ? whole : typeof found === 'object' ? JSON.stringify(found) : String(found);
    });
  return Object.fromEntries(Object.entries(vars).map(([name, text]) => [name, filled(text)]));
}

/** The molecules that it has made for the work that is done now, in their order. */
export const madeFor = ({ molecules = [], worked }: Step): string[] => molecules.slice(worked?.from ?? 0);

/** The id of its next molecule: `STEP.itemN`. A step that was worked before makes others. */
function nextItem(step: Step): string {
  const from = step.worked?.from ?? 0;
  return `${step.id}${from === 0 ? '' : `.again${from}`}.item${madeFor(step).length + 1}`;
}

export type Item = {
  readonly plan: Proto;
  readonly vars: Readonly<Record<string, string>>;
  /** The molecule that it waits for, as the same change has read it. */
  readonly after?: Molecule | undefined;
};

/** Hangs the molecule of the next item under the step, which waits for it. What it is to come after may have closed already: then it waits for nothing. */
export function addItem(step: Step, parent: Molecule, { plan, vars, after }: Item, now: number): Change<Step> {
  const id = nextItem(step);
  const { phase, agent, assignee, fanout } = parent;
  const mol: Molecule = {
    id,
    rig: step.rig,
    formula: plan.formula,
    title: plan.title,
    phase,
    state: 'pouring',
    planned: plan.steps.length,
    poured: 0,
    next: plan.steps.length,
    vars: { ...vars },
    labels: [...plan.labels],
    step: step.id,
    watchers: [],
    createdAt: now,
    createdBy: parent.createdBy,
    updatedAt: now,
    ...(fanout ? { fanout } : {}),
    ...(agent ? { agent } : {}),
    ...(assignee ? { assignee } : {}),
  };
  const doc: Step = { ...step, molecules: [...(step.molecules ?? []), id] };
  return {
    put: [
      { noun: 'molecule', doc: mol },
      { noun: 'step', doc },
    ],
    needs: [
      { id: step.id, job: `steps/${step.id}@1`, on: [id] },
      ...(after && after.state !== 'closed' ? [{ id, job: `molecules/${id}@1` as const, on: [after.id] }] : []),
    ],
    marks: watchersOf(step, parent),
    events: [{ type: 'molecule.made', subject: id, rig: step.rig, data: { formula: plan.formula, step: step.id } }],
    answer: doc,
  };
}

/** Why a fan-out has failed, by its molecules; undefined when all are done. @param gone how many were taken away */
export function fanOutFailure(molecules: readonly Molecule[], gone: number): string | undefined {
  const bad = molecules
    .filter(({ closed }) => closed?.outcome !== 'done')
    .map(({ id, closed }) => `${id}: ${closed?.reason ?? 'open'}`);
  const all = [...bad, ...(gone > 0 ? [`${gone} of its molecules are gone`] : [])];
  return all.length === 0 ? undefined : all.slice(0, 5).join('; ');
}
