import { expect, test } from 'vitest';
import { escalate } from '#core/work';
import type { Caller } from '#ops/ack';
import { addNeeds } from '#ops/add-needs';
import { closeWork } from '#ops/close-work';
import { createWork } from '#ops/create-work';
import { editBead } from '#ops/edit-bead';
import { closeStep } from '#ops/end-step';
import { sling } from '#ops/sling';
import { call } from '../support/cli.ts';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { agentStep, laid } from '../support/laid.ts';
import { aLasting } from '../support/records.ts';
import { good, newItem } from '../support/shop.ts';

let desk: TestDesk;
deskEachTest((one) => {
  desk = one;
});

const close = (id: string, more: { force?: boolean; caller?: Caller; reason?: string } = {}) =>
  closeWork(desk, { id, reason: 'it is there already', ...more });
const refused = (code: string) => ({ refused: code });

test('an item is closed with the reason, what needed it is free, and closed again it stays as it was', async () => {
  const [a, b] = [await newItem(desk, 'a'), await newItem(desk, 'b')];
  good(await addNeeds(desk, { id: b.id, on: [a.id] }));
  expect(await close(b.id)).toMatchObject(refused('WORK_NEEDS'));
  const closed = good(await close(a.id));
  expect(closed).toMatchObject({ status: 'closed', closed: { reason: 'it is there already' } });
  expect(await desk.books.unmet(b.id)).toEqual([[]]);
  expect(good(await close(a.id, { reason: 'another' }))).toEqual(closed);
  expect((await desk.books.eventsBefore(undefined, 50)).filter(({ type }) => type === 'work.closed')).toHaveLength(1);
  expect(await close('sh-none')).toMatchObject(refused('WORK_UNKNOWN'));
});

test('nothing is closed under a run or a merge request, by force or not, and an agent hands its own in', async () => {
  const { id } = await newItem(desk, 'a');
  await sling(desk, { ids: [id] });
  const run = await desk.grant(id, { token: 'token-1' });
  expect(await close(id, { force: true })).toMatchObject(refused('WORK_TAKEN'));
  const caller = { run: run.id, session: run.session?.id ?? '', token: 'token-1' };
  expect(await close(id, { force: true, caller })).toMatchObject(refused('WORK_MINE'));
  // Another's it may close, as long as it is its run's session of now.
  const other = (await newItem(desk, 'other')).id;
  expect(await close(other, { caller: { ...caller, token: 'token-0' } })).toMatchObject(refused('TOKEN_UNKNOWN'));
  expect(await close(other, { caller })).toMatchObject({ status: 'closed' });
  // Its own has no steps: it is not told to attach some.
  expect(await closeStep(desk, { caller }, { outcome: 'skipped', reason: 'no need' })).toMatchObject(refused('STEPS_NONE'));
});

test('an agent that lasts closes items as its prompt says, while its session lives; steps are of those who have an item', async () => {
  const { id } = await newItem(desk, 'an epic');
  const caller = { run: 'sh-crew-ann', session: 'sh-crew-ann.s1', token: 'token-1' };
  const ann = aLasting('sh-crew-ann', {
    role: 'crew',
    rig: 'shop',
    name: 'ann',
    session: { id: caller.session, token: caller.token, at: 1 },
  });
  await desk.change(async (reading) => {
    await reading.get('agent', ann.id);
    return { put: [{ noun: 'agent', doc: ann }], answer: undefined };
  });
  expect(await close(id, { caller: { ...caller, token: 'token-0' } })).toMatchObject(refused('TOKEN_UNKNOWN'));
  expect(await close(id, { caller })).toMatchObject({ status: 'closed' });
  expect(await closeStep(desk, { caller, step: 'x' }, { outcome: 'skipped', reason: 'no need' })).toMatchObject(
    refused('HOOK_WITHOUT_ITEM'),
  );
});

test('an agent that lasts has no item to hand in and no step in its hands, and is not told that it is over', async () => {
  const env = { GT_SESSION: `t1.hq-mayor.s1.${'0'.repeat(32)}` };
  for (const words of [['done'], ['done', '--dry-run'], ['done', 'sh-a'], ['mol', 'current']])
    expect(await call(words, { env })).toEqual({
      exit: 3,
      out: '',
      err: expect.stringMatching(/^No work item is on your hook.*\n.*`gt hook`\.\n$/),
    });
});

test('what is pinned, has needs or holds open items is closed by force', async () => {
  const [pinned, waits, epic] = [await newItem(desk, 'a'), await newItem(desk, 'b'), await newItem(desk, 'c')];
  good(await editBead(desk, pinned.id, { status: 'pinned' }));
  good(await addNeeds(desk, { id: waits.id, on: [pinned.id] }));
  const child = good(await createWork(desk, { rig: 'shop', prefix: 'sh', title: 'in it', parent: epic.id }));
  expect(child.parent).toBe(epic.id);
  expect(await close(pinned.id)).toMatchObject(refused('WORK_PINNED'));
  expect(await close(waits.id)).toMatchObject(refused('WORK_NEEDS'));
  expect(await close(epic.id)).toMatchObject(refused('WORK_HAS_OPEN'));
  for (const { id } of [waits, epic, pinned]) expect(good(await close(id, { force: true })).status).toBe('closed');
  expect(await createWork(desk, { rig: 'shop', prefix: 'sh', title: 'late', parent: epic.id })).toMatchObject(
    refused('NO_SUCH_PARENT'),
  );
});

test('of an epic that is closed and a child that is made for it at once one gives way', async () => {
  for (let i = 0; i < 20; i++) {
    const epic = await newItem(desk, `epic ${i}`);
    const [closed, made] = await Promise.all([
      close(epic.id),
      createWork(desk, { rig: 'shop', prefix: 'sh', title: 'in it', parent: epic.id }),
    ]);
    expect(['refused' in closed, 'refused' in made].filter(Boolean)).toHaveLength(1);
  }
});

test('a person who was asked about an item is asked no more when it is closed', async () => {
  const { id } = await newItem(desk, 'a');
  const question = escalate(undefined, { id: 'hq-esc-a', subject: id, cause: 'x', why: 'y', severity: 'high' }, 1);
  await desk.change(async (reading) => {
    const work = await reading.get('work', id);
    await reading.get('escalation', question.id);
    if (!work) throw new Error('no item');
    const needsYou = { escalation: question.id, why: 'y' };
    return {
      put: [
        { noun: 'work' as const, doc: { ...work, needsYou } },
        { noun: 'escalation' as const, doc: question },
      ],
      answer: undefined,
    };
  });
  expect(good(await close(id)).needsYou).toBeUndefined();
  expect(await desk.books.read('escalation', question.id)).toMatchObject({ state: 'closed' });
});

test('an item is made under a step that is open, under no molecule, and under nothing that nobody has', async () => {
  const mol = await laid(desk, [agentStep('a')]);
  const make = (parent: string) => createWork(desk, { rig: 'shop', prefix: 'sh', title: 'found on the way', parent });
  expect(good(await make(`${mol.id}.a`)).parent).toBe(`${mol.id}.a`);
  expect(await make(mol.id)).toMatchObject(refused('NO_SUCH_PARENT'));
  expect(await make('sh-none')).toMatchObject(refused('BEAD_UNKNOWN'));
});
