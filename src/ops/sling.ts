import { THE_TOWN } from '#core/derive';
import type { Work } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { answered, MILESTONE, sling as slung } from '#core/work';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import { awake } from './park.ts';
import { beginSwarms, planSwarms } from './swarm.ts';

/** What became of one item: it is on its way (and waits for these first), or why not. */
export type Slung =
  | { readonly id: string; readonly slung: true; readonly waitsFor: readonly string[] }
  | { readonly id: string; readonly slung: false; readonly refusal: Refusal };

type Input = {
  readonly ids: readonly string[];
  readonly rig?: string;
  readonly agent?: string;
  /** No session is started: a person starts the agent in the worktree. */
  readonly manual?: boolean;
  /** Why nobody could do it: said now, instead of by a run that cannot start. `agent` is the one asked for by name. */
  readonly unfit?: (rig: string, agent: string | undefined) => Promise<Refusal | undefined>;
};

/** Puts items on the hook. Each gets its own answer; a blocked one is accepted, and is done when what it waits for is closed. */
export async function sling(desk: Desk, input: Input): Promise<readonly Slung[]> {
  const answers = new Map<string, Refusal | undefined>();
  const swarms = await planSwarms(desk, [...new Set(input.ids)]);
  let last = 0;
  for (const id of new Set(input.ids)) {
    // One ms apart: the line keeps the order in which they were named.
    last = Math.max(desk.clock.now(), last + 1);
    answers.set(id, await slingOne(desk, id, input, last));
  }
  const accepted = [...answers].filter(([, refusal]) => !refusal).map(([id]) => id);
  await beginSwarms(desk, swarms, accepted);
  const unmet = accepted.length > 0 ? await desk.books.unmet(...accepted) : [];
  const waits = new Map(accepted.map((id, i) => [id, unmet[i] ?? []]));
  return [...answers].map(
    ([id, refusal]): Slung => (refusal ? { id, slung: false, refusal } : { id, slung: true, waitsFor: waits.get(id) ?? [] }),
  );
}

/** What slinging would do to an item: its record as it would be, or why not. */
export type Would = { readonly id: string; readonly work: Work } | { readonly id: string; readonly refusal: Refusal };

/** The same judgement as of `sling`, and nothing is written. */
export async function wouldSling(desk: Desk, input: Input): Promise<readonly Would[]> {
  const answers: Would[] = [];
  for (const id of new Set(input.ids)) {
    const may = await judged(await desk.books.read('work', id), id, input, desk);
    answers.push(isRefusal(may) ? { id, refusal: may } : { id, work: may.change.answer });
  }
  return answers;
}

/** Why the first of the items that cannot be slung cannot be, for whoever makes something for them before; nothing is written. */
export async function cannotSling(desk: Desk, input: Input): Promise<Refusal | undefined> {
  for (const one of await wouldSling(desk, input)) if ('refusal' in one) return one.refusal;
  return undefined;
}

async function judged(
  work: Work | undefined,
  id: string,
  { rig, agent, manual, unfit }: Input,
  { actor, clock }: Desk,
  now = clock.now(),
) {
  if (!work) return refuse('WORK_UNKNOWN', { id, hint: '`gt work list` shows all.' });
  if (rig !== undefined && work.rig !== rig) return refuse('WORK_ELSEWHERE', { id, rig: work.rig, target: rig });
  const change = slung(work, { agent, by: actor, manual }, now);
  if (isRefusal(change)) return change;
  const refusal = work.type === MILESTONE ? undefined : await unfit?.(work.rig, agent ?? work.agent);
  return refusal ?? { work, change };
}

async function slingOne(desk: Desk, id: string, input: Input, now: number): Promise<Refusal | undefined> {
  const answer = await desk.change<unknown>(async (reading) => {
    const woken = await wakes(desk, reading, id);
    if (woken) return woken;
    const may = await judged(await reading.get('work', id), id, input, desk, now);
    if (isRefusal(may)) return may;
    const { work, change } = may;
    // The record of the town's slots is made by whoever needs it first.
    const slots = await reading.get('dispatch', THE_TOWN);
    const question = work.needsYou && (await reading.get('escalation', work.needsYou.escalation));
    const put = [...change.put];
    if (!slots) put.push({ noun: 'dispatch', doc: { id: THE_TOWN, generation: 1 } });
    if (question) put.push({ noun: 'escalation', doc: answered(question, now) });
    return { ...change, put };
  });
  return isRefusal(answer) ? answer : undefined;
}

/** Slinging what a polecat has that sleeps or was killed wakes that one. */
async function wakes(desk: Desk, reading: Reading, id: string) {
  const work = await reading.get('work', id);
  if (!work?.parked || work.run === undefined) return undefined;
  return awake(await reading.get('run', work.run), work, await reading.get('recipient', id), desk);
}
