import type { Step, Work } from '#core/records';
import { relativeTime } from '#core/relative-time';
import type { Books } from '#world/store/books';

/** How a step that has not ended stands, in a person's words. */
export type Stand = {
  readonly says: string;
  /** The command that changes it, or that tells more. */
  readonly todo: string | null;
};

/** How each of these steps stands. */
export async function standsOf(books: Books, steps: readonly Step[], now: number): Promise<Stand[]> {
  const open = steps.filter(({ status }) => status === 'open').map(({ id }) => id);
  const [unmet, works] = await Promise.all([
    open.length > 0 ? books.unmet(...open) : [],
    books.readMany(
      'work',
      steps.flatMap(({ work, status }) => (work && status === 'in_progress' ? [work] : [])),
    ),
  ]);
  const needs = new Map(open.map((id, at) => [id, unmet[at] ?? []]));
  const known = new Map(works.map((work) => [work.id, work]));
  return steps.map((step) => standOf(step, needs.get(step.id) ?? [], known.get(step.work ?? ''), now));
}

/** @param unmet what of its needs is open @param work the item that does it */
function standOf(step: Step, unmet: readonly string[], work: Work | undefined, now: number): Stand {
  const { id, status, holder, failed, notBefore } = step;
  if (status === 'closed') return { says: `${step.closed?.outcome ?? 'done'}: ${step.closed?.reason ?? ''}`, todo: null };
  if (status === 'failed') return { says: `failed, needs you: ${failed?.reason ?? ''}`, todo: afterFailure(id) };
  if (step.waits && !step.waits.met) return { says: `waits for what ${step.waits.spawner} makes`, todo: `gt why ${id}` };
  if (step.worked)
    return {
      says: step.after === 'fan-out' ? 'its work is done, its molecules run' : 'its work is done, and is checked',
      todo: null,
    };
  if (status === 'in_progress') {
    if (step.work) return legStand(step.work, work);
    if (step.command) return { says: `its command runs since ${relativeTime(step.command.startedAt, now)}`, todo: null };
    return { says: `in the hands of ${holder?.session ?? holder?.by ?? 'somebody'}`, todo: `gt why ${id}` };
  }
  if (unmet.length > 0) return { says: heldBy(id, unmet), todo: `gt why ${id}` };
  if (notBefore !== undefined && notBefore > now) return { says: `tried again ${relativeTime(notBefore, now)}`, todo: null };
  return { says: step.exec === 'agent' ? 'ready for its agent' : 'ready', todo: `gt why ${id}` };
}

function legStand(id: string, work: Work | undefined): Stand {
  if (!work) return { says: `${id} did it, and is gone`, todo: null };
  return work.needsYou
    ? { says: needsYou(work, work.needsYou), todo: `gt work show ${id}, then gt sling ${id}` }
    : { says: `${id} does it (${work.status.replace('_', ' ')})`, todo: `gt why ${id}` };
}

const needsYou = ({ id }: Work, { why }: NonNullable<Work['needsYou']>): string => `${id} needs you: ${why}`;

/** What an item that does a step has to say to a person. */
export const asks = (work: Work | undefined): string | undefined =>
  work?.needsYou && work.status !== 'closed' ? needsYou(work, work.needsYou) : undefined;

/** What a person can do with a step that has failed. */
export const afterFailure = (id: string): string => `gt mol step retry ${id}, or gt mol step skip ${id} --reason …`;

/** Of a container, its own steps are counted. */
function heldBy(id: string, unmet: readonly string[]): string {
  const needs = unmet.filter((need) => !need.startsWith(`${id}.`));
  const own = unmet.length - needs.length;
  return `held: ${[...(needs.length > 0 ? [`needs ${named(needs)}`] : []), ...(own > 0 ? [`${own} of its steps open`] : [])].join(', ')}`;
}

const SHOWN = 3;
const named = (ids: readonly string[]): string => `${ids.slice(0, SHOWN).join(', ')}${ids.length > SHOWN ? ' …' : ''}`;
