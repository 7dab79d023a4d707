import { expect, test } from 'vitest';
import type { Gate, Molecule } from '#core/records';
import { answered } from '#core/work';
import { createGate } from '#ops/create-gate';
import { judgeGate } from '#ops/judge-gate';
import { byHand, finishStep, gateBecomes, gated, gatesEachTest, stepBecomes } from '../support/gates.ts';
import { closes, planOf, planStep, poured } from '../support/molecules.ts';
import { good } from '../support/shop.ts';
import type { Town } from '../support/sleepers.ts';

let at: Town;
gatesEachTest((one) => {
  at = one.at;
});

const gate = async (id: string): Promise<Gate> => (await at.op.books.read('gate', id)) as Gate;
const step = async (id: string) => at.op.books.read('step', id);
const question = async (id: string) => at.op.books.read('escalation', id);
const events = async (type: string) => (await at.op.books.eventsBefore(undefined, 200)).filter((one) => one.type === type);
const finish = (id: string, outcome?: 'skipped') => finishStep(at, id, outcome);
const approve = (id: string) => judgeGate(at.op, { id, says: 'approve', reason: 'looks good' });
const deny = (id: string) => judgeGate(at.op, { id, says: 'deny', reason: 'not like this' });
const isOpen = (id: string) => gateBecomes(at, id, 'is open', ({ state }) => state === 'open');
const opens = (mol: Molecule, name: string) => isOpen(`${mol.id}.gate-${name}`);

test('G1: the clock of a timer starts when the other needs of its step are met, and the step runs when it has run out', async () => {
  const plan = planOf([planStep('a', [], byHand), ...gated('b', { type: 'timer', id: '', timeout: '50ms' }, ['a'])]);
  const mol = await poured(at, plan);
  await stepBecomes(at, `${mol.id}.a`, 'is there', () => true);
  expect(await gate(`${mol.id}.gate-b`)).toMatchObject({ state: 'waiting' });
  await finish(`${mol.id}.a`);
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
  const [timer, a, b] = [await gate(`${mol.id}.gate-b`), await step(`${mol.id}.a`), await step(`${mol.id}.b`)];
  expect(timer).toMatchObject({ state: 'resolved', ended: { by: 'gt', reason: 'its time has come' } });
  expect(timer.openedAt).toBeGreaterThanOrEqual(a?.closed?.at ?? Number.NaN);
  expect(b?.closed?.at).toBeGreaterThanOrEqual((timer.openedAt ?? 0) + 50);
  await at.becomes(`gates/${timer.id}@1`, 'completed');
  await at.becomes(`molecules/${mol.id}@1`, 'completed');
  expect(at.faults).toEqual([]);
});

test('a gate keeps back the children of its step too, and nothing before', async () => {
  const inner = planStep('x', [], { id: 'f.e.x', parent: 'f.e' });
  const plan = planOf([planStep('a'), ...gated('e', { type: 'human', id: '' }, ['a'], { type: 'epic' }), inner]);
  const mol = await poured(at, plan);
  const open = await opens(mol, 'e');
  expect(await step(`${mol.id}.a`)).toMatchObject({ status: 'closed' });
  expect(await at.op.books.unmet(`${mol.id}.e.x`)).toEqual([[open.id]]);
  expect(at.ran).not.toContain(`steps/${mol.id}.e.x@1`);
  good(await approve(open.id));
  good(await approve(open.id));
  await closes(at, mol.id);
  expect(await gate(open.id)).toMatchObject({ state: 'resolved', ended: { by: 'trial', reason: 'looks good' } });
  expect(await events('gate.resolved')).toHaveLength(1);
});

test('F19: a gate of an unknown type waits for a person, and shows what the formula says of it', async () => {
  const mol = await poured(
    at,
    planOf(gated('a', { type: 'conditional', id: 'x', condition: 'when all is well', extra: { team: 'qa' } })),
  );
  const open = await opens(mol, 'a');
  expect(open).toMatchObject({ type: 'conditional', condition: 'when all is well', extra: { team: 'qa' } });
  expect(await at.op.books.index('gates.person')).toEqual([open.id]);
  good(await approve(open.id));
  await closes(at, mol.id);
  expect(await at.op.books.index('gates.person')).toEqual([]);
});

test('what a denied gate keeps back fails and asks a person; retried it asks the gate again, and approved it goes on', async () => {
  const plan = planOf([...gated('a', { type: 'human', id: '' }), planStep('b', ['a'])]);
  const mol = await poured(at, plan);
  const [id, a] = [(await opens(mol, 'a')).id, `${mol.id}.a`];
  good(await deny(id));
  const failed = await step(a);
  expect(failed).toMatchObject({
    status: 'failed',
    failed: { class: 'denied', reason: `${id} was denied by trial: not like this` },
  });
  expect(await question(failed?.failed?.escalation ?? '')).toMatchObject({ state: 'open', subject: a });
  expect(await at.op.books.unmet(a)).toEqual([[id]]);
  // Retried as any failed step is: put back to open, and its question closed.
  const asked = failed?.failed?.escalation ?? '';
  good(
    await at.op.change(async (reading) => {
      const [doc, known] = await Promise.all([reading.get('step', a), reading.get('escalation', asked)]);
      if (!doc || !known) throw new Error('no step, or no question');
      const { failed: _, ...rest } = doc;
      const put = { noun: 'step', doc: { ...rest, status: 'open' } } as const;
      return { put: [put, { noun: 'escalation', doc: answered(known, at.op.clock.now()) }], answer: undefined };
    }),
  );
  await isOpen(id);
  expect(await step(a)).toMatchObject({ status: 'open' });
  good(await deny(id));
  expect(await step(a)).toMatchObject({ status: 'failed' });
  good(await approve(id));
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
  expect(await question(asked)).toMatchObject({ state: 'closed', count: 1 });
  await at.becomes(`molecules/${mol.id}@1`, 'completed');
  expect(at.faults).toEqual([]);
});

test('a step that is skipped cancels its gate, denied or not, and the molecule ends', async () => {
  const mol = await poured(at, planOf([...gated('a', { type: 'human', id: '' }), ...gated('b', { type: 'mail', id: 'ada' })]));
  const ids = [(await opens(mol, 'a')).id, (await opens(mol, 'b')).id];
  good(await deny(ids[0] ?? ''));
  await finish(`${mol.id}.a`, 'skipped');
  await finish(`${mol.id}.b`, 'skipped');
  await closes(at, mol.id);
  for (const id of ids) expect(await gateBecomes(at, id, 'is cancelled', ({ state }) => state === 'cancelled')).toBeDefined();
  await at.becomes(`molecules/${mol.id}@1`, 'completed');
  expect(await at.op.books.index('gates.open')).toEqual([]);
});

test('G3: a gate that is open for longer than its timeout asks a person once and stays open; its end takes the question back', async () => {
  const mol = await poured(at, planOf(gated('a', { type: 'human', id: '', timeout: '20ms' })));
  const late = await gateBecomes(at, `${mol.id}.gate-a`, 'has asked', ({ escalatedAt }) => escalatedAt !== undefined);
  expect(late).toMatchObject({ state: 'open', asked: ['late'] });
  const asked = `hq-esc-${late.id.toLowerCase().replace(/[^\w.-]+/g, '-')}-gate`;
  expect(await question(asked)).toMatchObject({ state: 'open', count: 1, subject: late.id });
  await at.op.wake([`gates/${late.id}@1`]);
  await at.becomes(`gates/${late.id}@1`, 'delayed');
  expect(await events('gate.escalated')).toHaveLength(1);
  good(await approve(late.id));
  await closes(at, mol.id);
  expect(await question(asked)).toMatchObject({ state: 'closed', count: 1 });
});

test('a gate of its own keeps back a step that nobody has begun, and no other', async () => {
  const plan = planOf([
    planStep('a', [], byHand),
    planStep('b', ['a']),
    planStep('e', ['a'], { type: 'epic' }),
    planStep('c', ['b']),
  ]);
  const mol = await poured(at, plan);
  await stepBecomes(at, `${mol.id}.c`, 'is there', () => true);
  const make = (id: string) =>
    createGate(at.op, { name: 'Wait', type: 'human', rig: '', prefix: 'hq', keepsBack: [`${mol.id}.${id}`] });
  expect(await make('e')).toMatchObject({ refused: 'GATE_EPIC' });
  const { id } = good(await make('b'));
  await finish(`${mol.id}.a`);
  await stepBecomes(at, `${mol.id}.e`, 'is closed', ({ status }) => status === 'closed');
  expect(await make('a')).toMatchObject({ refused: 'GATE_LATE' });
  expect(await at.op.books.unmet(`${mol.id}.b`)).toEqual([[id]]);
  good(await deny(id));
  expect(await step(`${mol.id}.b`)).toMatchObject({ status: 'failed' });
  good(await approve(id));
  await closes(at, mol.id);
  await at.becomes(`gates/${id}@1`, 'completed');
});
