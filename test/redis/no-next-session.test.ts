import { describe, expect, test } from 'vitest';
import { lacksNext } from '#core/cycle';
import type { Agent, Noun, Records, Run } from '#core/records';
import { explain, Refused, refuse } from '#core/refusals';
import { ack } from '#ops/ack';
import { suspend } from '#processors/suspend';
import { unfit } from '#processors/unfit';
import { inbox } from '#views/mail';
import { needs } from '#views/needs';
import type { World } from '#world/world';
import { type AgentAtWork, agentEachTest } from '../support/agent-at-work.ts';
import { aLasting } from '../support/records.ts';

let at: AgentAtWork;
agentEachTest((one) => {
  at = one;
});

const wanted = { at: 2, by: 'overseer' };
const world = () => ({ desk: at.desk }) as unknown as World;
const write = <N extends Noun>(noun: N, doc: Records[N]) =>
  at.desk.change(async (reading) => {
    await reading.get(noun, doc.id);
    return { put: [{ noun, doc } as never], answer: undefined };
  });
const mayor = (more: Partial<Agent> = {}) => write('agent', aLasting('hq-mayor', { wanted, ...more }));
const told = async () => {
  const { letters } = await inbox(at.desk.books, 'mayor', { which: 'unread', count: 9 });
  return letters.map(({ from, subject, type }) => ({ from, subject, type }));
};
const over = { code: 0, signal: null, at: 9 };
const cycle = (session: string) => ({ at: 5, by: session, why: 'its context is full', session });

describe('a run that was handed off, and whose next session cannot be started', () => {
  const handedOff = async (more: Partial<Run> = {}) => {
    const run = (await at.desk.books.read('run', at.caller.run)) as Run;
    const { session } = run;
    await write('run', {
      ...run,
      cycle: cycle(at.caller.session),
      session: { ...(session as NonNullable<Run['session']>), exit: over },
      ...more,
    });
    return (await at.desk.books.read('run', run.id)) as Run;
  };

  test('is told to the mayor in the same commit that leaves it to a person, once', async () => {
    await mayor();
    const run = await handedOff();
    for (let i = 0; i < 2; i++) await suspend(run, 'No program `claude` is there. Install it.', world());
    const subject = `No program \`claude\` is there. Install it. (hq-esc-${at.work})`;
    expect(await told()).toEqual([{ from: 'shop/polecats/toast', type: 'HELP', subject }]);
    const [letter] = (await inbox(at.desk.books, 'mayor', { which: 'unread', count: 1 })).letters;
    expect(await at.desk.books.textField(letter?.message ?? '', 'body')).toMatch(
      /shop\/polecats\/toast was handed off \(its context is full\), and no session could follow it: No program/,
    );
  });

  test('but not one that nobody has handed off', async () => {
    await mayor();
    await suspend(await handedOff({ cycle: undefined }), 'no program', world());
    expect(await told()).toEqual([]);
  });
});

test('no session follows: the one that was handed off has ended, and none after it has begun', () => {
  const [session, next] = [
    { id: 'x.s1', token: 't', at: 1 },
    { id: 'x.s2', token: 't', at: 2 },
  ];
  const lacks = (one?: object, of: object | null = cycle('x.s1')) => lacksNext({ cycle: of ?? undefined, session: one } as never);
  expect([lacks({ ...session, exit: over }), lacks(next)]).toEqual([true, true]);
  const not = [session, { ...next, ackedAt: 3 }, { ...next, exit: over }, undefined].map((one) => lacks(one));
  expect([...not, lacks({ ...session, exit: over }, null)]).toEqual([false, false, false, false, false]);
});

describe('a lasting agent that was handed off, and whose next session cannot be started', () => {
  const REX = aLasting('hq-dog-rex', { role: 'dog', name: 'rex', wanted, sessions: 2 });
  const next = { id: 'hq-dog-rex.s2', token: 'rex', at: 8 };
  const fault = new Refused(refuse('TOWN_DOWN'));
  const fails = async (id = REX.id) => unfit(fault, (await at.desk.books.read('agent', id)) as Agent, world());

  test('is told to the mayor and a person once, however often it is tried, and answered when one says hello', async () => {
    await mayor();
    await write('agent', { ...REX, cycle: cycle('hq-dog-rex.s1'), session: next });
    for (let i = 0; i < 3; i++) await fails();
    expect(await told()).toMatchObject([{ from: 'dogs/rex', type: 'HELP' }]);
    const asked = () => at.desk.books.read('escalation', 'hq-esc-hq-dog-rex-cycle');
    expect(await asked()).toMatchObject({ state: 'open', count: 1, why: expect.stringContaining(explain(fault.refusal).says) });
    // A person has it in one line, with what mends it.
    const { needs: all } = await needs(at.desk.books, { rigs: [], broken: [] });
    expect(all).toMatchObject([{ kind: 'agent', id: 'dogs/rex', what: explain(fault.refusal).says }]);
    const caller = { session: next.id, run: REX.id, token: next.token };
    await ack(at.desk, caller);
    expect(await asked()).toMatchObject({ state: 'closed' });
  });

  test('but not one that was started for the first time, nor one that lives, nor the mayor of itself', async () => {
    await mayor({ sessions: 1, cycle: cycle('hq-mayor.s0'), session: { ...next, id: 'hq-mayor.s1' } });
    await write('agent', { ...REX, session: next });
    await fails();
    await write('agent', { ...REX, cycle: cycle('hq-dog-rex.s1'), session: { ...next, pid: 7, born: 'b' } });
    await fails();
    await fails('hq-mayor');
    expect(await told()).toEqual([]);
  });
});
