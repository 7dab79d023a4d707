import { basename, dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isOver } from '#core/holder';
import { parentOf } from '#core/ids';
import type { Proof } from '#core/proof';
import { type Recovered, recover } from '#core/recover';
import { isRefusal } from '#core/refusals';
import { holderOf } from '#ops/holder-of';
import { endOrphan } from '#processors/orphans';
import type { Landing, Tree } from '#world/git/git';
import type { SessionInfo } from '#world/pty/host';
import type { Rig, World } from '#world/world';

const TRIES = 3;
const PAUSE_MS = 500;

/**
 * Redis came back, perhaps as it was an instant earlier (its append-only file was cut): books and jobs agree with each other, but git and the agents have gone
 * on. What they prove is written down again, before any job moves and before any agent is heard: core/recover.ts says what. Sessions that no record knows
 * any more are ended, their work is kept. Every step may be repeated: whoever dies here leaves it to the next worker.
 * @returns where it could not be done, and why: for a person to look
 */
export async function reconcile(world: World): Promise<Array<{ where: string; why: string }>> {
  const { desk } = world;
  let found = 0;
  const faults: Array<{ where: string; why: string }> = [];
  const failed = (where: string, fault: unknown) => {
    desk.log.fault('reconcile', fault, { where });
    faults.push({ where, why: String(fault).slice(0, 300) });
  };
  for (const name of world.rigs()) {
    const how = await tried(
      () => reconcileRig(world.rig(name), world),
      (fault) => failed(name, fault),
    );
    found += how ?? 0;
  }
  await tried(
    () => endOrphans(world),
    (fault) => failed('sessions', fault),
  );
  if (found > 0) desk.log.warn('items recovered from git and the host', { found });
  return faults;
}

/** Tries some times; the last fault is told. */
async function tried<T>(work: () => Promise<T>, onFault: (fault: unknown) => void): Promise<T | undefined> {
  for (let left = TRIES; ; left--)
    try {
      return await work();
    } catch (fault) {
      if (left === 1) {
        onFault(fault);
        return undefined;
      }
      await pause(PAUSE_MS);
    }
}

async function reconcileRig(rig: Rig, world: World): Promise<number> {
  const { desk, git } = world;
  const tip = await git.resolve(rig.repo, `refs/heads/${rig.target}`);
  if (!tip) return 0;
  const { lastTip } = (await desk.books.read('train', rig.name)) ?? {};
  const landed = new Map<string, Landing>();
  for (const one of (await git.landings(rig.repo, rig.target, lastTip)).reverse()) landed.set(one.work, one);
  const pins = await newestPins(rig, world);
  const trees = new Map((await git.worktrees(rig.repo)).flatMap((tree) => (tree.owner ? [[tree.owner, tree] as const] : [])));
  const sessions = await newestSessions(rig, world);
  const runs = await desk.books.readMany('run', await desk.books.index(`runs.live:${rig.name}`));
  let found = 0;
  for (const id of new Set([
    ...landed.keys(),
    ...pins.keys(),
    ...trees.keys(),
    ...sessions.keys(),
    ...runs.map((run) => run.work),
  ])) {
    const proof = await proofOf(
      { landed: landed.get(id), pinned: pins.get(id), tree: trees.get(id), session: sessions.get(id) },
      rig,
      world,
    );
    const how = await recoverItem(id, proof, rig, tip, world);
    if (how) desk.log.warn('recovered', { work: id, how });
    if (how) found++;
  }
  return found;
}

type Found = {
  readonly landed: Landing | undefined;
  readonly pinned: { merge: string; head: string } | undefined;
  readonly tree: Tree | undefined;
  readonly session: SessionInfo | undefined;
};

async function proofOf({ landed, pinned, tree, session }: Found, { repo }: Rig, { git }: World): Promise<Proof> {
  const head =
    tree && ((tree.branch && (await git.resolve(repo, `refs/heads/${tree.branch}`))) || (await git.facts(tree.dir)).head);
  return {
    ...(landed ? { landed } : {}),
    ...(pinned ? { pinned } : {}),
    ...(tree
      ? {
          tree: {
            name: basename(dirname(tree.dir)),
            dir: tree.dir,
            head: head ?? '',
            ...(tree.branch ? { branch: tree.branch } : {}),
          },
        }
      : {}),
    ...(session ? { session: { ...session, over: session.state === 'drained' } } : {}),
  };
}

/** The newest request of each item that has a pin. */
async function newestPins({ repo }: Rig, { git }: World): Promise<Map<string, { merge: string; head: string }>> {
  const pins = new Map<string, { merge: string; head: string }>();
  for (const { ref, sha } of await git.refs(repo, 'refs/refinery/mr')) {
    const merge = basename(ref);
    const known = pins.get(parentOf(merge));
    if (!known || order(known.merge) < order(merge)) pins.set(parentOf(merge), { merge, head: sha });
  }
  return pins;
}

/** The newest session of each item in this rig, as far as the host knows. */
async function newestSessions(rig: Rig, world: World): Promise<Map<string, SessionInfo>> {
  const sessions = new Map<string, SessionInfo>();
  for (const one of await world.host().list()) {
    if (!one.cwd.startsWith(`${rig.layout.polecatsFolder}/`)) continue;
    const work = parentOf(parentOf(one.id));
    const known = sessions.get(work);
    if (!known || order(known.id) < order(one.id)) sessions.set(work, one);
  }
  return sessions;
}

/** Attempts in their order: `gp-4kx.r2.s1` comes after `gp-4kx.r1.s3`. */
const order = (id: string): number => [...id.matchAll(/\.[rsm](\d+)/g)].reduce((sum, match) => sum * 1e6 + Number(match[1]), 0);

async function recoverItem(id: string, proof: Proof, rig: Rig, tip: string, world: World): Promise<Recovered | undefined> {
  const { desk } = world;
  const answer = await desk.change<Recovered | undefined>(async (reading) => {
    const work = await reading.get('work', id);
    if (!work) return { put: [], answer: undefined };
    const run = async (one: string | undefined) => (one ? reading.get('run', one) : undefined);
    const merge = async (one: string | undefined) => (one ? reading.get('merge', one) : undefined);
    const known = {
      work,
      run: await run(work.run),
      sessionRun: await run(proof.session && parentOf(proof.session.id)),
      pinRun: await run(proof.pinned?.merge.replace(/\.m(\d+)$/, '.r$1')),
      merge: await merge(work.merge),
      landed: await merge(proof.landed?.merge),
      pinned: await merge(proof.pinned?.merge),
      train: (await reading.get('train', rig.name)) ?? { id: rig.name, generation: 1 },
    };
    const rules = { agent: rig.settings.agent, target: rig.target, tip, token: world.agents.token };
    return recover(known, proof, rules, desk.clock.now()) ?? { put: [], answer: undefined };
  });
  if (isRefusal(answer)) throw new Error(`${id} could not be recovered: ${answer.refused}`);
  return answer;
}

/** Ends the sessions that no run knows, and lets the host forget those that are over. */
async function endOrphans(world: World): Promise<void> {
  for (const session of await world.host().list()) {
    const holder = await holderOf(world.desk.books, parentOf(session.id));
    if (holder && !isOver(holder) && holder.session?.id === session.id) continue;
    await endOrphan(session, world);
  }
}
