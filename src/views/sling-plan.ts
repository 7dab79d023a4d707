import { agentLayers, resolveAgent } from '#core/agents';
import { THE_TOWN } from '#core/derive';
import { begins, nextBegin, type Pace } from '#core/dispatch';
import type { Proto } from '#core/formula/proto';
import { isDoneFor, looksInWorktree, needsAgent } from '#core/molecule/own-part';
import { execOf, pouredId } from '#core/molecule/pour';
import type { Molecule, Work } from '#core/records';
import { usingIndex } from '#core/standing-talk';
import { wantPlace } from '#core/standing-work';
import { MILESTONE } from '#core/work';
import type { Desk } from '#world/desk';
import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';
import type { TownFacts } from './facts.ts';
import { makesPauses } from './why-slot.ts';

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
  /** A slot would be free, and yet it would not begin at once: not before when (ms since 1970), and why. */
  readonly putOff: { readonly until: number; readonly why: string } | null;
  /** The molecule that it has already. */
  readonly molecule: string | null;
  /** What it would be worked by; of a molecule that it has the steps that have not ended. */
  readonly formula: { readonly name: string; readonly steps: ReadonlyArray<{ id: string; title: string; does: string }> } | null;
};

/** An item as it would be when it is slung, and what would be poured on it, or was. */
export type ToSling = { readonly work: Work; readonly plan?: Proto | undefined; readonly there?: There | undefined };

/** How the molecule that an item has stands. */
type There = {
  readonly mol: Molecule;
  /** What of its plan has not ended. */
  readonly left: Proto['steps'];
  /** Something of it is for the item's agent now. */
  readonly forAgent: boolean;
};

/** Of the line, at most so many are counted: there are no more slots than that. */
const LINE = 200;

/** What would come of slinging: who would do each item and whether a slot would be free for it, after those that wait already. Nothing is written. */
export async function slingPlan(
  books: Books,
  town: TownFacts,
  rigs: readonly Rig[],
  items: readonly ToSling[],
  now: number,
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
  const takesSlot = items.map(({ work, plan, there }, i) => {
    if ((unmet[i]?.length ?? 0) > 0 || work.type === MILESTONE) return false;
    if (plan === undefined) return true;
    return there ? there.forAgent || wantsWorktree(work, there, plan) : beginsAtOnce(plan);
  });
  const line = await books.readMany('work', await books.index('want', 0, LINE - 1));
  const wishes = [
    ...line.map((work) => ({ work, at: wantPlace(work) })),
    ...items.flatMap(({ work }, i) => {
      const since = Number(work['slungAt'] ?? work.updatedAt) + i;
      return takesSlot[i] ? [{ work, at: wantPlace({ ...work, want: { since, rework: work.rework !== undefined } }) }] : [];
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
  const slots = { waiting, live, maxTown: town.maxPolecats - elsewhere, maxRig, closed, room };
  const times = begins(slots, await pacesOf(books, rigs, now), now);
  return items.map(({ work, plan, there }, i) => {
    const at = takesSlot[i] ? times.get(work.id) : undefined;
    const slot = !takesSlot[i] ? 'none' : at === undefined ? 'line' : 'free';
    const rig = rigs.find(({ name }) => name === work.rig);
    const { agent, manual } = does(work);
    return {
      id: work.id,
      title: work.title,
      rig: work.rig,
      agent:
        (plan === undefined || there?.forAgent || needsAgent(plan, there?.mol ?? {})) && work.type !== MILESTONE ? agent : null,
      manual,
      waitsFor: unmet[i] ?? [],
      slot,
      putOff:
        rig && at !== undefined && at > now
          ? { until: at, why: `${makesPauses(rig)} (worker_spawn_delay in ${rig.layout.settingsFile})` }
          : null,
      molecule: there?.mol.id ?? null,
      formula: plan ? { name: plan.formula, steps: stepsOf(plan, there) } : null,
    };
  });
}

/** Rigs that make pauses between their runs, and when those are over. */
async function pacesOf(books: Books, rigs: readonly Rig[], now: number): Promise<Map<string, Pace>> {
  const paced = rigs.filter(({ settings }) => settings.worker_spawn_delay > 0);
  if (paced.length === 0) return new Map();
  const { begunAt = {} } = (await books.read('dispatch', THE_TOWN)) ?? {};
  return new Map(
    paced.map(({ name, settings: { worker_spawn_delay: delay } }) => [
      name,
      { delay, next: nextBegin(begunAt[name], delay, now) },
    ]),
  );
}

/** An item with the molecule that it has, if that goes on, or if the item closes with it. */
export async function onItsMolecule({ books, plans, steps }: Desk, work: Work): Promise<ToSling> {
  const mol = work.molecule === undefined ? undefined : await books.read('molecule', work.molecule);
  const isOver = mol?.state === 'closed';
  if (!mol || mol.cancel || (isOver && !isDoneFor(work, mol))) return { work };
  const plan = await plans.read(mol.id);
  // What lies in a worktree is its agent's to hand in.
  if (!plan || (isOver && (needsAgent(plan, mol) || work.hold?.branch !== undefined))) return { work };
  if (isOver) return { work, plan, there: { mol, left: [], forAgent: false } };
  return { work, plan, there: { mol, left: await openPart(books, mol, plan), forAgent: await steps.isForAgent(mol) } };
}

/** Steps and gates of the plan that have not ended; those that are not poured yet are to come. */
async function openPart(books: Books, mol: Molecule, plan: Proto): Promise<Proto['steps']> {
  const idOf = (step: Proto['steps'][number]) => pouredId(mol.id, plan.root, step.id);
  const ids = plan.steps.map(idOf);
  const [steps, gates] = await Promise.all([books.readMany('step', ids), books.readMany('gate', ids)]);
  const ended = new Set([
    ...steps.flatMap(({ id, status }) => (status === 'closed' ? [id] : [])),
    ...gates.flatMap(({ id, state }) => (state === 'resolved' || state === 'cancelled' ? [id] : [])),
  ]);
  return plan.steps.filter((step) => !ended.has(idOf(step)));
}

/** Whether a run would make the item's worktree for a molecule that has nothing for an agent yet. */
const wantsWorktree = ({ hold, worktree }: Work, { mol }: There, plan: Proto): boolean =>
  mol.state !== 'closed' && hold?.branch === undefined && (worktree === true || looksInWorktree(plan));

/** Whether a step of it is for the item's agent, or for its worktree, as soon as it is poured. */
const beginsAtOnce = (plan: Proto): boolean =>
  looksInWorktree(plan) || plan.steps.some((step) => step.needs.length === 0 && isOwn(step));

const isOwn = (step: Proto['steps'][number]): boolean =>
  ['agent', 'round', 'command'].includes(step.kind === 'gate' ? '' : execOf(step, {}));

const stepsOf = (plan: Proto, there: There | undefined) =>
  (there?.left ?? plan.steps).map((step) => ({
    id: step.step,
    title: step.title,
    does: step.kind === 'gate' ? 'gate' : execOf(step, there?.mol ?? {}),
  }));
