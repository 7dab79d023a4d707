import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { closeStep } from '#core/molecule/life';
import type { Gate, Molecule } from '#core/records';
import { judgeGate } from '#ops/judge-gate';
import { pour } from '#ops/pour';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { gateBecomes, gated, standInGh, stepBecomes } from '../support/gates.ts';
import { closes, moleculeTown, planOf, planStep, poured } from '../support/molecules.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { good } from '../support/shop.ts';
import type { Town } from '../support/sleepers.ts';

let server: PrivateRedis;
let at: Town;
let gh: ReturnType<typeof standInGh>;
let worker: Sleepers | undefined;
beforeAll(async () => {
  server = await privateRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  gh = standInGh();
  at = await moleculeTown(server.path, gh.world);
  worker = await at.begin();
});
afterEach(async () => {
  await worker?.stop(2000);
  await at.end();
  gh.end();
});

const gate = async (id: string): Promise<Gate> => (await at.op.books.read('gate', id)) as Gate;
const step = async (id: string) => at.op.books.read('step', id);
const question = async (id: string) => at.op.books.read('escalation', id);
const events = async (type: string) => (await at.op.books.eventsBefore(undefined, 200)).filter((one) => one.type === type);
/** An agent that works it: this step ends only when somebody closes it. */
const byHand = { exec: { executor: 'agent' as const } };

/** Closes a step, as its agent does. */
const finish = async (id: string, outcome: 'done' | 'skipped' = 'done') =>
  good(
    await at.op.change(async (reading) => {
      const doc = await reading.get('step', id);
      if (!doc) throw new Error(`no ${id}`);
      return closeStep(doc, await reading.get('molecule', doc.mol), { outcome, reason: 'by hand' }, at.op.clock.now());
    }),
  );
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
  // Retried as any failed step is: put back to open.
  good(
    await at.op.change(async (reading) => {
      const doc = await reading.get('step', a);
      if (!doc) throw new Error('no step');
      const { failed: _, ...rest } = doc;
      return { put: [{ noun: 'step', doc: { ...rest, status: 'open' as const } }], answer: undefined };
    }),
  );
  await isOpen(id);
  expect(await question(failed?.failed?.escalation ?? '')).toMatchObject({ state: 'closed' });
  expect(await step(a)).toMatchObject({ status: 'open' });
  good(await deny(id));
  expect(await step(a)).toMatchObject({ status: 'failed' });
  good(await approve(id));
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
  expect(await question(failed?.failed?.escalation ?? '')).toMatchObject({ state: 'closed' });
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

test('a condition is judged at each step that closes, and by nothing else', async () => {
  const condition = "x.status == 'complete' ";
  const plan = planOf([
    planStep('w', [], byHand),
    planStep('x', [], byHand),
    ...gated('a', { type: 'condition', id: '', condition }),
  ]);
  const mol = await poured(at, plan);
  const { id } = await gateBecomes(at, `${mol.id}.gate-a`, 'was looked at', ({ seen }) => seen !== undefined);
  expect(await at.op.books.read('molecule', mol.id)).toMatchObject({ watchers: [`gates/${id}@1`] });
  await finish(`${mol.id}.w`);
  await at.becomes(`gates/${id}@1`, 'delayed');
  expect(await gate(id)).toMatchObject({ state: 'open', seen: `${condition} does not hold` });
  await finish(`${mol.id}.x`);
  await closes(at, mol.id);
  expect(await gate(id)).toMatchObject({ state: 'resolved', ended: { reason: `${condition} holds` } });
  expect(await at.op.books.read('molecule', mol.id)).toMatchObject({ watchers: [] });
});

test('a condition over all steps, and one over the output of a nested step, hold when they do', async () => {
  const inner = planStep('deep', [], { id: 'f.e.deep', parent: 'f.e', ...byHand });
  const plan = planOf([
    planStep('e', [], { type: 'epic' }),
    inner,
    ...gated('a', { type: 'condition', id: '', condition: 'deep.output.ok == true' }),
    ...gated('b', { type: 'condition', id: '', condition: "descendants(e).all(status == 'complete')" }, ['a']),
    ...gated('c', { type: 'condition', id: '', condition: 'steps.complete >= 3' }),
  ]);
  const mol = await poured(at, plan);
  const seen = await gateBecomes(at, `${mol.id}.gate-a`, 'was looked at', (one) => one.seen !== undefined);
  expect(seen.state).toBe('open');
  const how = { outcome: 'done', reason: '', output: { ok: true } } as const;
  await at.op.change(async (reading) => {
    const doc = await reading.get('step', `${mol.id}.e.deep`);
    if (!doc) throw new Error('no step');
    return closeStep(doc, await reading.get('molecule', mol.id), how, 5);
  });
  await closes(at, mol.id);
});

test('files and variables tell nobody: a condition over them is looked at again, at first after 15 s', async () => {
  const condition = "file.exists('go')";
  const mol = await poured(at, planOf(gated('a', { type: 'condition', id: '', condition })));
  const { id } = await gateBecomes(at, `${mol.id}.gate-a`, 'was looked at', ({ seen }) => seen !== undefined);
  await at.becomes(`gates/${id}@1`, 'delayed');
  const { delay = 0 } = (await at.jobOf(`gates/${id}@1`)) ?? {};
  expect(delay).toBeGreaterThan(0);
  expect(delay).toBeLessThanOrEqual(15_000);
  writeFileSync(`${gh.dir}/go`, '');
  await at.op.wake([`gates/${id}@1`]);
  await closes(at, mol.id);
});

test('a bead gate waits for what it names by an edge, and opens when that closes', async () => {
  const first = await poured(at, planOf([planStep('x', [], byHand)]));
  const bead = `shop:${first.id}.x`;
  await stepBecomes(at, `${first.id}.x`, 'is there', () => true);
  const mol = await poured(
    at,
    planOf([...gated('a', { type: 'bead', id: bead }), ...gated('b', { type: 'bead', id: `${first.id}` })]),
  );
  const { id } = await gateBecomes(at, `${mol.id}.gate-a`, 'watches', ({ watches }) => watches !== undefined);
  expect(await at.op.books.unmet(id)).toEqual([[`${first.id}.x`]]);
  await gateBecomes(at, `${mol.id}.gate-b`, 'watches', ({ watches }) => watches !== undefined);
  await finish(`${first.id}.x`);
  await closes(at, mol.id);
  expect(await gate(id)).toMatchObject({ state: 'resolved', ended: { reason: `${first.id}.x is closed` } });
});

test('a bead that nobody has asks a person once, and a bead that is closed already opens at once', async () => {
  const first = await poured(at, planOf([planStep('x')]));
  await closes(at, first.id);
  const mol = await poured(
    at,
    planOf([...gated('a', { type: 'bead', id: `${first.id}.x` }), ...gated('b', { type: 'bead', id: 'gp-none' })]),
  );
  await stepBecomes(at, `${mol.id}.a`, 'is closed', ({ status }) => status === 'closed');
  const lost = await gateBecomes(at, `${mol.id}.gate-b`, 'has asked', ({ escalatedAt }) => escalatedAt !== undefined);
  expect(lost).toMatchObject({ state: 'open', seen: 'there is no gp-none here', asked: ['bead-unknown'] });
});

test('a bead that is closed between the look and the edge is not missed', async () => {
  // Twenty molecules race with twenty closes; each gate must open.
  const first = await poured(at, planOf(Array.from({ length: 20 }, (_, n) => planStep(`x${n}`, [], byHand))));
  await stepBecomes(at, `${first.id}.x19`, 'is there', () => true);
  const made = await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      const [mol] = await Promise.all([
        pour(at.op, {
          plan: planOf(gated('a', { type: 'bead', id: `${first.id}.x${n}` })),
          prefix: 'gp',
          rig: '',
          phase: 'liquid',
        }),
        n % 2 === 0 ? finish(`${first.id}.x${n}`) : undefined,
      ]);
      if (n % 2 === 1) await finish(`${first.id}.x${n}`);
      return good(mol);
    }),
  );
  for (const mol of made) await closes(at, mol.id);
});
