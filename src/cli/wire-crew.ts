import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Agent } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { removeAgent } from '#ops/stop-agent';
import { addAgent } from '#ops/want-agent';
import { hides } from '#world/agents/hides';
import type { Call } from './command.ts';
import { townOf, withDesk } from './wire.ts';
import { type Named, nobody, placeOf } from './wire-lasting.ts';
import { openGit, openRig } from './wire-rigs.ts';

/** Crew members and dogs as they come and go: a crew member has a clone, which nobody else works in. */

type From = Pick<Call, 'global' | 'io'>;

export type Added = Pick<Agent, 'id' | 'rig' | 'name' | 'dir'> & { readonly branch: string | null };

/** Makes room for a crew member: a clone of the rig, on a branch of theirs. Made again, what is there is left as it is. */
export async function addCrew(
  from: From,
  named: Named,
  asked: { readonly branch?: string | undefined; readonly agent?: string | undefined },
): Promise<Added | Refusal> {
  const town = townOf(from);
  if (isRefusal(town)) return town;
  const place = await placeOf(town, named, from.io);
  if (isRefusal(place)) return place;
  const rig = await openRig(town, place.rig);
  if (isRefusal(rig)) return rig;
  const { target, repo } = rig;
  const branch = asked.branch ?? `crew/${place.name}`;
  const git = await openGit(from.io);
  const at = await git.resolve(repo, `refs/heads/${target}`);
  if (!at) return refuse('BRANCH_UNKNOWN', { branch: target });
  return withDesk(from, { wait: 'person' }, async (open) => {
    const added = await addAgent(open.desk, { ...place, branch, agent: asked.agent });
    if (isRefusal(added)) return added;
    await git.cloneForCrew({ repo, dir: place.dir, branch, at, target });
    await git.hide(place.dir, hides(added, rig, open.layout));
    return { id: place.id, rig: place.rig, name: place.name, dir: place.dir, branch };
  });
}

/** Makes a dog. */
export async function addDog(from: From, named: Named, agent: string | undefined): Promise<Added | Refusal> {
  return withDesk(from, { wait: 'person' }, async (open) => {
    const place = await placeOf(open, named, from.io);
    if (isRefusal(place)) return place;
    const added = await addAgent(open.desk, { ...place, agent });
    return isRefusal(added) ? added : { id: place.id, rig: '', name: place.name, dir: place.dir, branch: null };
  });
}

/**
 * A crew member or dog goes, with its directory. A clone that holds what is nowhere else stays unless `force` is said: then that is kept in the rig's
 * repository first.
 */
export async function removeNamed(from: From, named: Named, { force }: { readonly force: boolean }): Promise<Added | Refusal> {
  return withDesk(from, { wait: 'person' }, async (open) => {
    const place = await placeOf(open, named, from.io);
    if (isRefusal(place)) return place;
    const { id, rig: name, dir } = place;
    const rig = name === '' ? undefined : await openRig(open, name);
    if (isRefusal(rig)) return rig;
    const git = await openGit(from.io);
    const isClone = rig !== undefined && existsSync(dir);
    if (isClone && !force) {
      const what = await git.onlyHere(dir);
      if (what !== undefined) return refuse('CREW_DIRTY', { dir, what });
    }
    const gone = await removeAgent(open.desk, id);
    if (isRefusal(gone)) return gone.refused === 'AGENT_NOT_MADE' ? nobody(place, open) : gone;
    if (isClone) {
      const ref = `refs/gt/snap/${id}/removed-${from.io.now()}`;
      await git.snapshotClone({ repo: rig.repo, dir, ref, message: `what ${id} had not committed`, who: place.name });
    }
    await rm(named.role === 'crew' ? dirname(dir) : dir, { recursive: true, force: true });
    return { id, rig: name, name: place.name, dir, branch: gone.branch ?? null };
  });
}
