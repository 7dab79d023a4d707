import { heldBack } from '#core/merge';
import type { Train } from '#core/records';
import { heldBy, type TrainFacts } from '#core/train';
import { answered, escalate } from '#core/work';
import { failpoint } from '#world/failpoint';
import type { Rig, World } from '#world/world';
import { trainOf } from './landing.ts';

/** The escalation that says why a rig's train stands. */
const questionOf = (rig: Rig): string => `hq-esc-train-${rig.name}`;

/** Goes on, and asks nobody any more. Errors that stopped the train are forgotten, or they would stop it again before anything is tried. */
export async function unblock(rig: Rig, facts: TrainFacts, { desk }: World): Promise<undefined> {
  await desk.change(async (reading) => {
    const [{ blocked: _, ...train }, question] = [
      await trainOf(reading, rig.name),
      await reading.get('escalation', questionOf(rig)),
    ];
    const known = [facts.verdict, facts.baseVerdict].filter((one) => one !== undefined && one.errors > 0);
    const verdicts = await Promise.all(known.map((one) => reading.get('verdict', one?.id ?? '')));
    const fresh = verdicts.flatMap((doc) => (doc ? [{ noun: 'verdict' as const, doc: { ...doc, errors: 0 } }] : []));
    return {
      put: [
        { noun: 'train', doc: train as Train },
        ...fresh,
        ...(question ? [{ noun: 'escalation' as const, doc: answered(question, desk.clock.now()) }] : []),
      ],
      events: [{ type: 'train.unblocked', subject: rig.name, rig: rig.name }],
      answer: undefined,
    };
  });
}

/** Stops the train, and asks a person once. On a red base the request goes back to its place, and others are tried: one may be what mends it. */
export async function block(why: 'base_red' | 'checks_broken', base: string, rig: Rig, { desk }: World): Promise<undefined> {
  const id = questionOf(rig);
  const says =
    why === 'base_red'
      ? `the checks fail on ${rig.target} itself (${base.slice(0, 10)})`
      : `the checks cannot be run on ${base.slice(0, 10)}`;
  await desk.change(async (reading) => {
    const [train, known] = [await trainOf(reading, rig.name), await reading.get('escalation', id)];
    const current = train.current ? await reading.get('merge', train.current) : undefined;
    const { check: _check, ...waiting } = train;
    const { current: _current, owed: _owed, ...free } = waiting;
    const now = desk.clock.now();
    const red = why === 'base_red';
    const blocked = { why, at: now, base, spec: rig.checks.spec, note: says };
    const again = train.blocked?.why === why && train.blocked.base === base; // another request that does not mend it
    return {
      put: [
        { noun: 'train', doc: { ...(red ? free : waiting), blocked } },
        ...(red && current ? [{ noun: 'merge' as const, doc: heldBack(current, heldBy(base, rig.checks.spec)) }] : []),
        ...(again
          ? []
          : [
              {
                noun: 'escalation' as const,
                doc: escalate(known, { id, subject: rig.name, cause: why, why: says, severity: 'high' }, now),
              },
            ]),
      ],
      events: again ? [] : [{ type: 'train.blocked', subject: rig.name, rig: rig.name, data: { why, base } }],
      answer: undefined,
    };
  });
  failpoint('block');
}
