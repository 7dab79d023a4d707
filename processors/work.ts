import { member } from '#core/ids';
import { HOLD_MS } from '#core/limits';
import { pinRef } from '#core/merge';
import { isLeft } from '#core/molecule/leg';
import { closeWithMolecule } from '#core/molecule/own-part';
import { stepRefs } from '#core/molecule/step-proof';
import type { Work } from '#core/records';
import { isRefusal, orThrow } from '#core/refusals';
import { closeMilestone, letGo, nextForWork, wantSlot } from '#core/work';
import { closeLeftLeg } from '#ops/close-left-leg';
import { endMoleculeOf } from '#ops/end-molecule-of';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Answer, awaitChildren, done, type Processor, sleep } from './answer.ts';
import { moleculeStands } from './run-steps.ts';

/** An item's life: holds it until it is slung and its needs are met, waits for its run and its merge request, and clears away what is left. */
export const work: Processor<'work', World> = async (turn, world) => {
  const { desk } = world;
  let { doc, unmet } = turn;
  for (;;) {
    if (!doc || turn.member !== `work/${doc.id}@${doc.generation}`) return done('gone');
    if (doc.status === 'closed' && doc.molecule) orThrow(await endMoleculeOf(desk, doc));
    const left = doc.leg !== undefined && isLeft(doc, await desk.books.read('step', doc.leg.step));
    if (left) doc = orThrow(await closeLeftLeg(desk, doc.id)) ?? doc;
    const alone = nextForWork(doc, unmet);
    const may = alone.do === 'want' || alone.do === 'close-milestone';
    // Its molecule has a say only where nothing else holds it.
    const move = may ? nextForWork(doc, unmet, await moleculeStands(doc, world)) : alone;
    switch (move.do) {
      case 'hold':
        return sleep(desk.clock.now() + HOLD_MS, doc.want ? await placeInLine(doc, world) : move.why);
      case 'await-run': {
        const run = await desk.books.read('run', move.run);
        // A run that rests because no step was ready looks whether all have ended.
        if (doc.molecule && run && run.state !== 'ended') await desk.wake([`polecats/${run.id}`]);
        const name = run?.name ?? 'a polecat';
        const why = left ? `its step has ended: nobody waits for what ${name} makes of it` : `${name} has it`;
        return wait(run && run.state !== 'ended' ? { noun: 'run', doc: run } : undefined, why);
      }
      case 'await-merge': {
        const merge = await desk.books.read('merge', move.merge);
        return wait(merge ? { noun: 'merge', doc: merge } : undefined, 'the refinery has it');
      }
      case 'want':
      case 'close-milestone': {
        const decide = move.do === 'want' ? wantSlot : closeMilestone;
        const { id } = doc;
        const changed = await desk.change(async (reading) => {
          const now = await reading.get('work', id);
          // Whoever gives it a need writes its record too: needs that are read after it are those of now, or the commit clashes.
          const [left = []] = await desk.books.unmet(id);
          // Somebody was quicker: the next look decides again.
          if (!now || nextForWork(now, left.length).do !== move.do) return { put: [], answer: false };
          return { ...decide(now, desk.clock.now()), answer: true };
        });
        if (isRefusal(changed)) return sleep(desk.clock.now() + 1000, 'the books are busy');
        failpoint(move.do);
        if (changed && move.do === 'close-milestone' && !doc.hold) return closed(doc.id, world);
        break;
      }
      case 'close-with-molecule':
        await closeWith(doc, move.mol, world);
        break;
      case 'clean-up':
        await clearAway(doc, world);
        break;
      case 'end':
        return closed(doc.id, world);
      default:
        move satisfies never;
    }
    ({ doc, unmet } = await turn.again());
  }
};

/** Closes an item whose agent had nothing to do, with what its molecule's legs made as evidence; unless it has changed since. */
async function closeWith({ id, updatedAt }: Work, mol: string, { desk }: World): Promise<void> {
  const ended = await desk.books.readMany('step', await desk.books.indexFromEnd(`steps.closed:${mol}`, LEGS_READ));
  orThrow(
    await desk.change(async (reading) => {
      const [now, its] = [await reading.get('work', id), await reading.get('molecule', mol)];
      if (!now || !its || now.updatedAt !== updatedAt || now.molecule !== mol) return { put: [], answer: undefined };
      return { ...closeWithMolecule(now, its, ended.reverse(), desk.clock.now()), answer: undefined };
    }),
  );
  failpoint('close-with-molecule');
}

/** Steps whose evidence is read for an item that closes with its molecule. */
const LEGS_READ = 50;

/** What still waits to be said to its agent finds that nobody will come. */
async function closed(id: string, { desk }: World): Promise<Answer> {
  const recipient = await desk.books.read('recipient', id);
  if (recipient) await desk.wake(recipient.line.map((entry) => member('deliveries', entry.id)));
  return done('closed');
}

function wait(child: Parameters<typeof awaitChildren>[0][number] | undefined, why: string): Answer {
  return awaitChildren(child ? [child] : [], why);
}

async function placeInLine(doc: Work, { desk }: World): Promise<string> {
  const rank = await desk.books.rank('want', doc.id);
  return rank === undefined ? 'waiting for a slot' : `waiting for a slot, ${rank + 1}. in line`;
}

/** Removes worktree and branch of a closed item; a branch that has more than what landed stays. Then the name is free again. */
async function clearAway(doc: Work, world: World): Promise<void> {
  const { git, desk } = world;
  const { hold } = doc;
  if (hold) {
    const { repo, target } = world.rig(doc.rig);
    await git.snapshot({ repo, dir: hold.dir, ref: `refs/gt/snap/${doc.id}/last`, message: `what was left in ${hold.dir}` });
    failpoint('leave');
    await git.removeWorktree({ repo, dir: hold.dir });
    failpoint('clear');
    const branch = hold.branch ? `refs/heads/${hold.branch}` : undefined;
    const tip = branch ? await git.resolve(repo, branch) : undefined;
    if (branch && tip && (await git.isAncestor(repo, tip, `refs/heads/${target}`))) await git.unpin(repo, branch, tip);
    for (const { ref } of await git.refs(repo, 'refs/refinery/mr'))
      if (ref.startsWith(pinRef(`${doc.id}.m`))) await git.unpin(repo, ref);
    await git.drop(repo, await git.refs(repo, stepRefs(doc.id)));
    failpoint('cleared');
  }
  await desk.change(async (reading) => {
    const now = await reading.get('work', doc.id);
    return now?.hold ? { ...letGo(now, desk.clock.now()), answer: undefined } : { put: [], answer: undefined };
  });
}
