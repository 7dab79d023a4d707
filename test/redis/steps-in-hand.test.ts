import { expect, test } from 'vitest';
import type { Run } from '#core/records';
import { bond } from '#ops/bond';
import { endMoleculeOf } from '#ops/end-molecule-of';
import { closeStep, failedStep } from '#ops/end-step';
import { handIn } from '#ops/hand-in';
import { judgeGate } from '#ops/judge-gate';
import { retryStep } from '#ops/retry-step';
import { takeStep } from '#ops/take-step';
import { workOf } from '#processors/step-place';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { agentStep, laid, stepsByKey } from '../support/laid.ts';
import { planStep } from '../support/molecules.ts';
import { good } from '../support/shop.ts';
import { type Asked, CHAIN, DONE, polecatAtSteps } from '../support/steps-at-work.ts';

let desk: TestDesk;
deskEachTest((one) => {
  desk = one;
});

const atWork = (...asked: Asked) => polecatAtSteps(desk, ...asked);

/** The run's next session. */
async function nextSession(run: Run, token: string) {
  const session = { id: `${run.id}.s2`, token, at: desk.clock.now(), pid: 4712 };
  await desk.change(async (reading) => {
    const now = await reading.get('run', run.id);
    return { put: now ? [{ noun: 'run', doc: { ...now, sessions: 2, session } }] : [], answer: undefined };
  });
  return { session: session.id, run: run.id, token };
}

test('a step is handed out once: the session that asks again gets the same one', async () => {
  const { mol, run, caller } = await atWork();
  const first = good(await takeStep(desk, { run: run.id, caller, head: 'h0' }));
  expect(first.step).toMatchObject({
    id: `${mol.id}.a`,
    status: 'in_progress',
    holder: { run: run.id, session: caller.session, head: 'h0' },
  });
  const again = good(await takeStep(desk, { run: run.id, caller, head: 'h1' }));
  expect(again.step).toEqual(first.step);
});

test('a next session takes over what is in hand with the head it was taken at, and the one before is refused', async () => {
  const { mol, run, caller } = await atWork();
  good(await takeStep(desk, { run: run.id, caller, head: 'h0' }));
  const next = await nextSession(run, 'token-2');
  const taken = good(await takeStep(desk, { run: run.id, head: 'h7' }));
  expect(taken.step).toMatchObject({ id: `${mol.id}.a`, holder: { session: next.session, head: 'h0' } });
  expect(await takeStep(desk, { run: run.id, caller })).toMatchObject({ refused: 'SESSION_STALE' });
  expect(await closeStep(desk, { caller }, DONE)).toMatchObject({ refused: 'SESSION_STALE' });
  expect(good(await closeStep(desk, { caller: next }, DONE)).step).toMatchObject({ status: 'closed' });
});

test('a close hands out the next step in the same commit, and closing again answers as before', async () => {
  const { mol, run, caller, hand } = await atWork();
  good(await takeStep(desk, { run: run.id, caller, head: 'h0' }));
  const closed = good(await closeStep(desk, { caller }, { ...DONE, evidence: { commit: 'h1' }, head: 'h1' }));
  expect(closed).toMatchObject({
    again: false,
    leave: false,
    step: { key: 'a', evidence: { commit: 'h1' }, closed: { outcome: 'done', by: caller.session } },
  });
  expect(await hand()).toBe(`${mol.id}.b`);
  expect((await stepsByKey(desk, mol.id))['b']).toMatchObject({
    status: 'in_progress',
    holder: { session: caller.session, head: 'h1' },
  });
  const again = good(await closeStep(desk, { caller, step: 'a' }, DONE));
  expect(again).toMatchObject({ again: true, step: { evidence: { commit: 'h1' } } });
  expect(await hand()).toBe(`${mol.id}.b`);
  expect(await closeStep(desk, { caller, step: 'c' }, DONE)).toMatchObject({ refused: 'STEP_NOT_IN_HAND' });
  expect(await closeStep(desk, { caller, step: 'nothing' }, DONE)).toMatchObject({ refused: 'STEP_UNKNOWN' });
});

test('twenty calls at once close a step once', async () => {
  const { mol, run, caller } = await atWork();
  good(await takeStep(desk, { run: run.id, caller }));
  const answers = await Promise.all(Array.from({ length: 20 }, () => closeStep(desk, { caller, step: 'a' }, DONE)));
  expect(answers.map((one) => 'again' in one && one.again).filter((again) => !again)).toHaveLength(1);
  const events = await desk.books.eventsAfter('0', 1000);
  expect(events.filter(({ type, subject }) => type === 'step.closed' && subject === `${mol.id}.a`)).toHaveLength(1);
});

test('with a session for each step the close tells the session to leave, and the next step waits for the next session', async () => {
  const { mol, run, caller } = await atWork(CHAIN, { fresh: true });
  good(await takeStep(desk, { run: run.id, caller }));
  expect(good(await closeStep(desk, { caller }, DONE))).toMatchObject({ leave: true });
  const { b } = await stepsByKey(desk, mol.id);
  expect(b).toMatchObject({ status: 'in_progress', holder: { run: run.id } });
  expect(b?.holder).not.toHaveProperty('session');
  expect(good(await takeStep(desk, { run: run.id, caller })).step).toBeUndefined();
  const next = await nextSession(run, 'token-2');
  expect(good(await takeStep(desk, { run: run.id, caller: next })).step).toMatchObject({
    key: 'b',
    holder: { session: next.session },
  });
  good(await closeStep(desk, { caller: next }, DONE));
});

test('a failed step asks a person and keeps back what needs it, while another goes on; it is tried again, or skipped', async () => {
  const { mol, run, caller, hand } = await atWork([agentStep('a'), agentStep('b', ['a']), agentStep('other')]);
  good(await takeStep(desk, { run: run.id, caller }));
  good(await failedStep(desk, { caller }, { reason: 'no network', class: 'hard' }));
  expect(await hand()).toBe(`${mol.id}.other`);
  const failed = (await stepsByKey(desk, mol.id))['a'];
  expect(failed).toMatchObject({ status: 'failed', failed: { reason: 'no network' } });
  const question = failed?.failed?.escalation ?? '';
  expect(await desk.books.read('escalation', question)).toMatchObject({
    state: 'open',
    cause: 'step_failed',
    subject: `${mol.id}.a`,
  });
  good(await closeStep(desk, { caller }, DONE));
  expect(await hand()).toBeUndefined();
  expect(await handIn(desk, caller, { head: 'h', target: 'main', author: 'a' })).toMatchObject({ refused: 'STEPS_OPEN' });
  const waits = await desk.steps.standing((await desk.books.read('molecule', mol.id)) ?? mol);
  expect(waits).toMatchObject({ step: null, complete: false, waits: ['a, which failed and needs you: no network'] });
  expect(await retryStep(desk, { caller, step: 'a' })).toMatchObject({ refused: 'STEP_PERSONS' });
  expect(await desk.books.read('escalation', question)).toMatchObject({ state: 'open' });
  expect(await retryStep(desk, { step: `${mol.id}.other` })).toMatchObject({ refused: 'STEP_NOT_FAILED' });
  good(await retryStep(desk, { step: `${mol.id}.a` }));
  expect(await desk.books.read('escalation', question)).toMatchObject({ state: 'closed' });
  expect(desk.woken).toContain(`steps/${mol.id}.a@1`);
  expect(good(await takeStep(desk, { run: run.id, caller })).step).toMatchObject({ key: 'a' });
  good(await failedStep(desk, { caller }, { reason: 'still no network' }));
  good(await closeStep(desk, { step: `${mol.id}.a` }, { outcome: 'skipped', reason: 'not needed' }));
  expect(await desk.books.read('escalation', question)).toMatchObject({ state: 'closed' });
  expect(good(await takeStep(desk, { run: run.id, caller })).step).toMatchObject({ key: 'b' });
});

test('a person closes steps of a molecule without an item, when they are ready; nothing that a live agent has, but skips it', async () => {
  const mol = await laid(desk, CHAIN);
  expect(await closeStep(desk, { step: `${mol.id}.b` }, DONE)).toMatchObject({ refused: 'STEP_NOT_READY' });
  good(await closeStep(desk, { step: `${mol.id}.a` }, DONE));
  good(await closeStep(desk, { step: `${mol.id}.b` }, DONE));
  expect((await stepsByKey(desk, mol.id))['b']).toMatchObject({ closed: { by: 'overseer' } });
  const other = await atWork([agentStep('a'), agentStep('b', ['a']), planStep('m', ['b'])]);
  good(await takeStep(desk, { run: other.run.id, caller: other.caller }));
  expect(await closeStep(desk, { step: `${other.mol.id}.a` }, DONE)).toMatchObject({ refused: 'STEP_HELD' });
  expect(await closeStep(desk, { step: `${other.mol.id}.m` }, DONE)).toMatchObject({ refused: 'STEP_NOT_YOURS' });
  good(await closeStep(desk, { step: `${other.mol.id}.a` }, { outcome: 'skipped', reason: 'done by hand' }));
  // Nobody has the next one yet: its job looks for who does.
  expect(await other.hand()).toBeUndefined();
  expect(desk.woken).toContain(`steps/${other.mol.id}.b@1`);
});

test('steps of a molecule that hangs under a step go into the same hand, before what comes after', async () => {
  const { mol, run, caller, hand } = await atWork([agentStep('a'), agentStep('z')]);
  const nested = await laid(desk, [agentStep('n1'), agentStep('n2', ['n1'])]);
  await desk.change(async (reading) => {
    const [inner, step] = [await reading.get('molecule', nested.id), await reading.get('step', `${mol.id}.a`)];
    if (!inner || !step) throw new Error('nothing is there');
    return {
      put: [
        { noun: 'molecule', doc: { ...inner, step: step.id } },
        { noun: 'step', doc: { ...step, exec: 'mark', molecules: [inner.id] } },
      ],
      answer: undefined,
    };
  });
  expect(good(await takeStep(desk, { run: run.id, caller })).step).toMatchObject({ id: `${nested.id}.n1` });
  expect(await hand()).toBe(`${nested.id}.n1`);
  good(await closeStep(desk, { caller }, DONE));
  expect(await hand()).toBe(`${nested.id}.n2`);
  good(await closeStep(desk, { caller, step: `${nested.id}.n2` }, DONE));
  expect(await hand()).toBe(`${mol.id}.z`);
});

test('an item that closes with open steps asks its molecule to end', async () => {
  const { item, mol, run, caller } = await atWork();
  good(await takeStep(desk, { run: run.id, caller }));
  const work = (await desk.books.read('work', item.id)) ?? item;
  good(await endMoleculeOf(desk, work));
  expect(await desk.books.read('molecule', mol.id)).toMatchObject({ cancel: { reason: `${item.id} is closed` } });
  expect(desk.woken).toContain(`molecules/${mol.id}@1`);
  expect(await desk.steps.next((await desk.books.read('molecule', mol.id)) ?? mol)).toBeUndefined();
});

test('a step of a molecule that was bonded under that of the item is in its agent’s hand, and closed by it', async () => {
  const { mol, run, caller, hand } = await atWork([agentStep('a')]);
  const below = await laid(desk, [agentStep('x')], {});
  good(await bond(desk, { a: mol.id, b: below.id, type: 'parallel' }));
  good(await takeStep(desk, { run: run.id, caller }));
  good(await closeStep(desk, { caller }, DONE));
  expect(await hand()).toBe(`${below.id}.x`);
  expect(good(await closeStep(desk, { caller }, DONE)).step).toMatchObject({ id: `${below.id}.x`, status: 'closed' });
});

test('commands of a molecule that was bonded under that of an item run where the item is worked', async () => {
  const { item, mol } = await atWork([agentStep('a')]);
  const below = await laid(desk, [agentStep('x')], { bond: { to: mol.id, type: 'parallel' } });
  expect(await workOf(below, { desk })).toBe(item.id);
});

test('its agent does not open a gate of what lies in its molecule', async () => {
  const { mol, run } = await atWork([agentStep('a')]);
  const below = await laid(desk, [agentStep('x')], {});
  good(await bond(desk, { a: mol.id, b: below.id, type: 'parallel' }));
  const gate = {
    id: `${below.id}.gate-x`,
    rig: '',
    title: 'g',
    type: 'gh:run',
    awaitId: '1',
    mol: below.id,
    blocks: [`${below.id}.x`],
  };
  const doc = { ...gate, needs: [], state: 'open', waiters: [], createdAt: 1, createdBy: 'gt' } as const;
  await desk.change(async (reading) => {
    await reading.get('gate', doc.id);
    return { put: [{ noun: 'gate', doc: { ...doc, needs: [], waiters: [] } }], answer: undefined };
  });
  const verdict = { id: doc.id, says: 'approve', reason: '', agent: { run: run.id } } as const;
  expect(await judgeGate(desk, verdict)).toMatchObject({ refused: 'GATE_OWN' });
});
