import { candidate, commitTree } from './candidate.ts';
import { changedFiles } from './changes.ts';
import { cloneBare, reach } from './clone.ts';
import type { Context } from './context.ts';
import { addDetached, cloneForCrew, followTarget, onlyHere, snapshotClone } from './crew.ts';
import { facts, mergeInto } from './facts.ts';
import type { Git } from './git.ts';
import { drop, keep, kept } from './kept.ts';
import { land } from './land.ts';
import { leavings } from './leavings.ts';
import { mirror } from './mirror.ts';
import { makeMutex } from './mutex.ts';
import { markRig, originOf, rigOf } from './origin.ts';
import { landings, worktrees } from './proof.ts';
import { countAhead, isAncestor, isRelated, pin, refs, resolve, treeOf, unpin } from './refs.ts';
import { makeRun } from './run.ts';
import { prepareSlot } from './slot.ts';
import { snapshot } from './snapshot.ts';
import { hide, sparseOf } from './sparse.ts';
import { addWorktree, removeWorktree, unlock } from './worktree.ts';

/**
 * Makes gt's git. `now` is the clock (ms since 1970), `env` what a person's git would see (default: this process's), `worker` is `<town id>.<epoch>`: each
 * git process carries it as GT_WORKER, so that the next worker finds and ends what this one left. `fence` throws in a worker that was overtaken: it is asked
 * before each git process, and before a worktree is taken away.
 */
export function makeGit(given: {
  now: () => number;
  env?: NodeJS.ProcessEnv;
  worker?: string;
  fence?: () => Promise<void>;
}): Git {
  const { env = process.env, worker, fence = async () => undefined } = given;
  const context: Context = {
    run: makeRun({ env, worker, fence }),
    fence,
    alone: makeMutex(),
    now: given.now,
    attributes: new Map(),
  };
  return {
    version: async () => (await context.run(['version'])).out.trim().replace(/^git version (\S+).*$/, '$1'),
    reach: (input) => reach(context, input),
    cloneBare: (input) => cloneBare(context, input),
    originOf: (repo) => originOf(context, repo),
    rigOf: (repo) => rigOf(context, repo),
    markRig: (repo, rig) => markRig(context, repo, rig),
    resolve: (repo, name) => resolve(context, repo, name),
    treeOf: (repo, commit) => treeOf(context, repo, commit),
    isAncestor: (repo, ancestor, descendant) => isAncestor(context, repo, ancestor, descendant),
    isRelated: (repo, one, other) => isRelated(context, repo, one, other),
    countAhead: (repo, base, head) => countAhead(context, repo, base, head),
    changedFiles: (repo, base, head) => changedFiles(context, repo, base, head),
    addWorktree: (input) => addWorktree(context, input),
    removeWorktree: (input) => removeWorktree(context, input),
    unlock: (input) => unlock(context, input),
    worktrees: (repo) => worktrees(repo),
    landings: (repo, target, since) => landings(context, repo, target, since),
    sparseOf: (dir) => sparseOf(context, dir),
    hide: (dir, patterns) => hide(context, dir, patterns),
    facts: (dir) => facts(context, dir),
    leavings: (dir) => leavings(context, dir),
    mergeInto: (input) => mergeInto(context, input),
    snapshot: (input) => snapshot(context, input),
    cloneForCrew: (input) => cloneForCrew(context, input),
    snapshotClone: (input) => snapshotClone(context, input),
    onlyHere: (dir) => onlyHere(context, dir),
    followTarget: (input) => followTarget(context, input),
    addDetached: (input) => addDetached(context, input),
    pin: (repo, ref, sha) => pin(context, repo, ref, sha),
    unpin: (repo, ref, sha) => unpin(context, repo, ref, sha),
    refs: (repo, prefix) => refs(context, repo, prefix),
    drop: (repo, which) => drop(context, repo, which),
    keep: (input) => keep(context, input),
    kept: (repo, prefix) => kept(context, repo, prefix),
    candidate: (input) => candidate(context, input),
    commitTree: (input) => commitTree(context, input),
    land: (input) => land(context, input),
    mirror: (input) => mirror(context, input),
    prepareSlot: (input) => prepareSlot(context, input),
  };
}
