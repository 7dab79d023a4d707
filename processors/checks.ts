import { verdictId } from '#core/ids';
import { EVIDENCE_BYTES } from '#core/limits';
import type { Verdict } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import { learned } from '#core/train';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { done, type Processor } from './answer.ts';

/** Runs a rig's checks on one tree, and writes what was learned of it: by code, in a slot of its own, with everything killed afterwards. */
export const checks: Processor<'checks', World> = async (turn, world) => {
  const { doc } = turn;
  const { desk } = world;
  if (!doc) return done('gone');
  if (doc.state !== 'planned') return done(doc.state);
  await turn.show(`running ${doc.commands.map((one) => one.name).join(', ')}`);
  const outcome = await world.check(
    { id: doc.id, rig: world.rig(doc.rig), commit: doc.commit, commands: doc.commands },
    turn.signal,
  );
  turn.signal.throwIfAborted();
  const { verdict, failed, log } = outcome;
  failpoint('checked');
  const written = await desk.change(async (reading) => {
    const check = await reading.get('check', doc.id);
    const key = verdictId(doc);
    const known: Verdict = (await reading.get('verdict', key)) ?? { id: key, rig: doc.rig, failures: [], errors: 0, runs: 0 };
    if (check?.state !== 'planned') return { put: [], answer: undefined };
    const why = verdict.why ?? (verdict.signal ? `signal ${verdict.signal}` : undefined);
    const ended = {
      ...check,
      state: verdict.state,
      startedAt: verdict.startedAt,
      endedAt: verdict.endedAt,
      log,
      tail: verdict.tail.slice(-EVIDENCE_BYTES),
      ...(failed ? { failed: { name: failed, code: verdict.code ?? null, ...(why ? { why } : {}) } } : {}),
    };
    return {
      put: [
        { noun: 'check', doc: ended },
        { noun: 'verdict', doc: learned(known, { id: check.id, state: verdict.state, at: verdict.endedAt }) },
      ],
      events: [
        {
          type: 'check.ended',
          subject: check.id,
          rig: check.rig,
          data: { state: verdict.state, tree: check.tree, ms: verdict.tookMs },
        },
      ],
      answer: undefined,
    };
  });
  // Its job must not end before its record: the train would wait for it for ever. The verdict lies on disk, and is not run for again.
  if (isRefusal(written)) throw new Refused(written);
  failpoint('verdict');
  return done(verdict.state);
};
