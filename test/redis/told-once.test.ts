import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Run } from '#core/records';
import { sling } from '#ops/sling';
import { changeSession, noteProcess } from '#processors/session-changes';
import { StaleEpoch } from '#world/store/books';
import { makeFence } from '#world/store/fence';
import { type Link, openLink } from '#world/store/link';
import { raiseEpoch } from '#world/store/take';
import type { World } from '#world/world';
import { type TestDesk, testDesk } from '../support/desk.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { newItem, TOKEN, want } from '../support/shop.ts';

let redis: PrivateRedis;
let link: Link;
let desk: TestDesk;
let world: World;
let run: Run;
beforeAll(async () => {
  redis = await privateRedis();
  link = await openLink({ path: redis.path }, { waitMs: 5000 });
});
afterAll(async () => {
  desk.close();
  link.close();
  await redis.stop();
});
beforeEach(async () => {
  desk?.close();
  desk = await testDesk(redis.path);
  world = { desk } as unknown as World;
  const { id } = await newItem(desk, 'work');
  await sling(desk, { ids: [id] });
  await want(desk, id);
  run = await desk.grant(id, { token: TOKEN });
});

const now = async () => (await desk.books.read('run', run.id)) as Run;
const started = async () => (await desk.books.eventsAfter('0', 1000)).filter((one) => one.type === 'session.started');
const first = () => run.session?.id ?? '';

test('a session that two find started at once is told of once', async () => {
  const being = { pid: 4711, born: '99' };
  await Promise.all([noteProcess(run, world, first(), being), noteProcess(run, world, first(), being)]);
  await noteProcess(run, world, first(), being);
  expect((await now()).session).toMatchObject({ id: first(), ...being });
  expect(await started()).toEqual([expect.objectContaining({ subject: run.id, data: { pid: 4711 } })]);
});

test('what is known of one session is not written of its successor, nor of one that is over', async () => {
  const second = `${run.id}.s2`;
  const put = (session: Run['session']) =>
    desk.change(async (reading) => {
      const doc = (await reading.get('run', run.id)) as Run;
      return { put: [{ noun: 'run', doc: { ...doc, session } as Run }], answer: undefined };
    });
  await put({ id: second, token: 'tt.other', at: 5 });
  await noteProcess(run, world, first(), { pid: 1, born: '1' });
  expect((await now()).session).toEqual({ id: second, token: 'tt.other', at: 5 });
  const over = { id: second, token: 'tt.other', at: 5, exit: { code: 0, signal: null, at: 9 } };
  await put(over);
  await changeSession(run, world, second, (session) => ({ ...session, pid: 2 }));
  expect((await now()).session).toEqual(over);
  expect(await started()).toEqual([]);
});

test('the fence lets the worker of now pass, and none that was overtaken', async () => {
  const { books } = desk;
  const old = await raiseEpoch(link, books, desk.clock.now());
  const fence = makeFence(link, books.keys, old);
  await fence();
  const next = await raiseEpoch(link, books, desk.clock.now());
  await expect(fence()).rejects.toThrow(StaleEpoch);
  await makeFence(link, books.keys, next)();
});
