import { EVIDENCE_BYTES } from '#core/limits';
import { candidateRef, checking, landing, merged, requeued, returned } from '#core/merge';
import type { Merge, Rework, Train } from '#core/records';
import { mergedMail, returnedMail } from '#ops/merge-mail';
import { alsoTold } from '#ops/protocol-mail';
import { failpoint } from '#world/failpoint';
import type { Reading } from '#world/store/books';
import type { Rig, World } from '#world/world';
import type { Answer } from './answer.ts';

/** The three steps of a landing: build the candidate in memory, write down that it is about to land, swap the target. Each may be repeated. */

/** Merges the frozen head onto the target's tip, without a worktree. The commit made here is the one that lands. */
export async function build(merge: Merge, rig: Rig, tip: string, world: World): Promise<Answer | undefined> {
  const { git, desk } = world;
  const message = `${merge.title} (${merge.work})\n\nGt-Work: ${merge.work}\nGt-MR: ${merge.id}\nGt-Head: ${merge.head}\nGt-Author: ${merge.author}\n`;
  const built = await git.candidate({ repo: rig.repo, base: tip, head: merge.head, message, at: merge.submittedAt });
  switch (built.kind) {
    case 'contained':
    case 'empty':
      return close(merge, rig, { tip, how: built.kind }, world);
    case 'conflict':
      return giveBack(merge, { kind: 'conflict', evidence: conflictInWords(merge, rig, tip, built) }, rig, world);
    case 'unrelated':
      return giveBack(merge, { kind: 'conflict', evidence: `${merge.branch} shares no history with ${rig.target}.` }, rig, world);
    case 'built': {
      const ref = candidateRef(merge.id);
      if ((await git.resolve(rig.repo, ref)) !== built.tip) {
        await git.unpin(rig.repo, ref);
        await git.pin(rig.repo, ref, built.tip);
      }
      failpoint('merge');
      return change(merge.id, world, (now) =>
        now.state === 'queued' || now.state === 'checking'
          ? checking(now, { base: tip, tip: built.tip, tree: built.tree })
          : undefined,
      );
    }
    default:
      desk.log.warn('unknown candidate', { merge: merge.id });
      return built satisfies never;
  }
}

function conflictInWords(merge: Merge, rig: Rig, tip: string, conflict: { files: readonly string[]; messages: string }): string {
  const files = conflict.files.map((file) => `  ${file}`).join('\n');
  return `${merge.branch} (${merge.head.slice(0, 10)}) conflicts with ${rig.target} (${tip.slice(0, 10)}) in:\n${files}\n\n${conflict.messages}`.slice(
    0,
    EVIDENCE_BYTES,
  );
}

/** Writes down that this very tip is about to become the target: whoever comes after a kill reads the rest from git. */
export async function land(merge: Merge, unchecked: boolean, hasChecks: boolean, world: World): Promise<undefined> {
  return change(merge.id, world, (now) =>
    now.state === 'checking' && now.candidate?.tip === merge.candidate?.tip ? landing(now, unchecked, hasChecks) : undefined,
  );
}

/** Moves the target from base to tip, if it still is at base. */
export async function swap(merge: Merge, rig: Rig, world: World): Promise<undefined> {
  const { candidate } = merge;
  if (!candidate) return change(merge.id, world, (now) => requeued(now, 'it has no candidate'));
  const { base, tip } = candidate;
  const outcome = await world.git.land({ repo: rig.repo, target: rig.target, base, tip, reason: `gt: land ${merge.id}` });
  failpoint('swap');
  if (outcome.kind === 'landed') return close(merge, rig, { tip, how: 'swap' }, world);
  return change(merge.id, world, (now) => requeued(now, `${rig.target} moved to ${outcome.to.slice(0, 10)}`));
}

async function close(
  merge: Merge,
  rig: Rig,
  landed: { tip: string; how: 'swap' | 'contained' | 'empty' },
  { desk }: World,
): Promise<undefined> {
  await desk.change(async (reading) => {
    const [now, work] = [await reading.get('merge', merge.id), await reading.get('work', merge.work)];
    if (!now || now.state === 'merged') return { put: [], answer: undefined };
    const own = work?.merge === now.id ? work : undefined;
    const change = merged(now, own, await trainOf(reading, rig.name), landed, desk.clock.now());
    return alsoTold(desk, reading, { ...change, answer: undefined }, [mergedMail(now, landed.tip)]);
  });
  failpoint('close');
}

async function change(
  id: string,
  { desk }: World,
  decide: (now: Merge) => ReturnType<typeof requeued> | undefined,
): Promise<undefined> {
  await desk.change(async (reading) => {
    const now = await reading.get('merge', id);
    const decided = now && decide(now);
    return decided ? { ...decided, answer: undefined } : { put: [], answer: undefined };
  });
}

/** Sends a request back with the evidence. */
export async function giveBack(merge: Merge, rework: Rework, rig: Rig, { desk }: World): Promise<undefined> {
  const escalation = `hq-esc-${merge.work}`;
  await desk.change(async (reading) => {
    const [now, work, known] = [
      await reading.get('merge', merge.id),
      await reading.get('work', merge.work),
      await reading.get('escalation', escalation),
    ];
    if (!now || now.state === 'returned') return { put: [], answer: undefined };
    const own = work?.merge === now.id ? work : undefined;
    const input = { maxAttempts: rig.settings.max_attempts, escalation };
    const back = { ...rework, head: now.head };
    const change = returned(now, own, await trainOf(reading, rig.name), known, back, input, desk.clock.now());
    return alsoTold(desk, reading, { ...change, answer: undefined }, [returnedMail(now, rework)]);
  });
}

/** A rig's train; one that was never written stands still. */
export async function trainOf(reading: Reading, rig: string): Promise<Train> {
  return (await reading.get('train', rig)) ?? { id: rig, generation: 1 };
}
