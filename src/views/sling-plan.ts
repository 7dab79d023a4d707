import { agentLayers, resolveAgent } from '#core/agents';
import { grants } from '#core/dispatch';
import type { Proto } from '#core/formula/proto';
import { looksInWorktree, needsAgent } from '#core/molecule/own-part';
import { execOf } from '#core/molecule/pour';
import type { Work } from '#core/records';
import { usingIndex } from '#core/standing-talk';
import { wantPlace } from '#core/standing-work';
import { MILESTONE } from '#core/work';
import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';
import type { TownFacts } from './facts.ts';

/** What would become of an item that is slung now. */
export type SlingPlan = {
  readonly id: string;
  readonly title: string;
  readonly rig: string;
  /** Who would do it; null where nobody of its own has to. */
  readonly agent: string | null;
  /** A person starts the agent. */
  readonly manual: boolean;
  readonly waitsFor: readonly string[];
  /** `free`: it would begin at once. `line`: all slots are taken by then. `none`: it needs none before something else has happened. */
  readonly slot: 'free' | 'line' | 'none';
  readonly formula: { readonly name: string; readonly steps: ReadonlyArray<{ id: string; title: string; does: string }> } | null;
};

/** An item as it would be when it is slung, and what would be poured on it. */
export type ToSling = { readonly work: Work; readonly plan?: Proto | undefined };

/** Of the line, at most so many are counted: there are no more slots than that. */
const LINE = 200;

/** What would come of slinging: who would do each item and whether a slot would be free for it, after those that wait already. Nothing is written. */
export async function slingPlan(
  books: Books,
  town: TownFacts,
  rigs: readonly Rig[],
  items: readonly ToSling[],
): Promise<SlingPlan[]> {
  const settingsOf = new Map(rigs.map(({ name, settings }) => [name, settings]));
  const does = (work: Work) => {
    const settings = settingsOf.get(work.rig);
    if (!settings) return { agent: null, manual: false };
    const asked = work.agent ?? work.molAgent;
    const { agent } = resolveAgent(agentLayers({ work: asked, worker: work.hold?.name, role: 'polecat', settings }));
    return { agent, manual: work.manual === true || settings.spawn === 'manual' };
  };
  const unmet = items.length === 0 ? [] : await books.unmet(...items.map(({ work }) => work.id));
  const begins = items.map(({ work, plan }, i) => {
    if ((unmet[i]?.length ?? 0) > 0 || work.type === MILESTONE) return false;
    return plan === undefined || beginsAtOnce(plan);
  });
  const line = await books.readMany('work', await books.index('want', 0, LINE - 1));
  const wishes = [
    ...line.map((work) => ({ work, at: wantPlace(work) })),
    ...items.flatMap(({ work }, i) => {
      const since = Number(work['slungAt'] ?? work.updatedAt) + i;
      return begins[i] ? [{ work, at: wantPlace({ ...work, want: { since, rework: work.rework !== undefined } }) }] : [];
    }),
  ].sort((a, b) => a.at - b.at);
  const waiting = wishes.map(({ work }) => {
    const { agent, manual } = does(work);
    return { id: work.id, rig: work.rig, program: manual || agent === null ? undefined : agent };
  });
  const live = new Map<string, number>();
  for (const rig of new Set(waiting.map((one) => one.rig))) live.set(rig, await books.count(`runs.live:${rig}`));
  const elsewhere = (await books.count('runs.live')) - [...live.values()].reduce((sum, count) => sum + count, 0);
  const room = new Map<string, number>();
  for (const [agent, limit] of Object.entries(town.maxSessions ?? {}))
    room.set(agent, Math.max(0, limit - (await books.count(usingIndex(agent)))));
  const closed = new Set([...live.keys()].filter((rig) => !settingsOf.has(rig)));
  const maxRig = (rig: string) => settingsOf.get(rig)?.max_polecats ?? 0;
  const given = new Set(grants({ waiting, live, maxTown: town.maxPolecats - elsewhere, maxRig, closed, room }));
  return items.map(({ work, plan }, i) => {
    const slot = !begins[i] ? 'none' : given.has(work.id) ? 'free' : 'line';
    const { agent, manual } = does(work);
    return {
      id: work.id,
      title: work.title,
      rig: work.rig,
      agent: (plan === undefined || needsAgent(plan, {})) && work.type !== MILESTONE ? agent : null,
      manual,
      waitsFor: unmet[i] ?? [],
      slot,
      formula: plan ? { name: plan.formula, steps: plan.steps.map(stepOf) } : null,
    };
  });
}

/** Whether a step of it is for the item's agent, or for its worktree, as soon as it is poured. */
const beginsAtOnce = (plan: Proto): boolean =>
  looksInWorktree(plan) || plan.steps.some((step) => step.needs.length === 0 && isOwn(step));

const isOwn = (step: Proto['steps'][number]): boolean =>
  ['agent', 'round', 'command'].includes(step.kind === 'gate' ? '' : execOf(step, {}));

const stepOf = (step: Proto['steps'][number]) => ({
  id: step.step,
  title: step.title,
  does: step.kind === 'gate' ? 'gate' : execOf(step, {}),
});
