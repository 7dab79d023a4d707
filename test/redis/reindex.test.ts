import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Work } from '#core/records';
import { lineOf } from '#processors/dispatch-line';
import { silent } from '#world/log';
import { type Link, openLink } from '#world/store/link';
import { pingWorker } from '../../src/daemon/probes.ts';
import { keepIndexed, reindex } from '../../src/daemon/reindex.ts';
import { noteOfWorker, takeRecord } from '../../src/daemon/worker-record.ts';
import { type TestDesk, testDesk } from '../support/desk.ts';
import { aCheck, item } from '../support/records.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';

/** Books that another build wrote, which knew other indexes. */
let redis: PrivateRedis;
let desk: TestDesk;
let link: Link;
beforeAll(async () => {
  redis = await privateRedis();
  link = await openLink({ path: redis.path }, { waitMs: 10_000 });
});
afterAll(() => {
  link.close();
  return redis.stop();
});
beforeEach(async () => {
  desk = await testDesk(redis.path);
});
afterEach(() => desk.close());

const waits = (id: string, more: Partial<Work> = {}): Work =>
  item(id, { rig: 'shop', status: 'hooked', want: { since: 1, rework: false }, ...more });
const MOL = {
  id: 'gp-mol-1',
  rig: 'shop',
  formula: 'f',
  title: 't',
  phase: 'liquid',
  state: 'open',
  planned: 1,
  next: 1,
  createdBy: 'x',
  createdAt: 1,
  updatedAt: 1,
};
const drop = (...indexes: string[]) => link.call('DEL', ...indexes.map((name) => desk.books.keys.index(name)));
const version = async (id: string) => Number(await link.call('HGET', desk.books.keys.record('work', id), 'v'));

test('what waits in books of another build gets its turn, with the program that its molecule asks for, and what is over can go', async () => {
  const mol = { ...MOL, agent: 'codex' };
  const works = [waits('gp-a'), waits('gp-b', { molecule: mol.id })];
  const check = { ...aCheck('ck-old'), state: 'passed', endedAt: 5 };
  await desk.change(async (reading) => {
    const put = [...works.map((doc) => ({ noun: 'work', doc })), { noun: 'check', doc: check }, { noun: 'molecule', doc: mol }];
    for (const { noun, doc } of put) await reading.get(noun as 'work', doc.id);
    return { put: put as never, answer: undefined };
  });
  await drop('want.kinds', 'want.of:shop p', 'checks.ended');
  expect((await lineOf(desk.books)).kinds).toEqual([]);

  expect(await reindex(desk, link)).toBe(4);
  expect((await lineOf(desk.books)).kinds.map(({ asked }) => asked)).toEqual(['', 'codex']);
  expect(await desk.books.index('want.of:shop p')).toEqual(['gp-a']);
  expect(await desk.books.index('want.of:shop pcodex')).toEqual(['gp-b']);
  expect(await desk.books.index('checks.ended')).toEqual(['ck-old']);
  // Once more nothing is written.
  const before = [await version('gp-a'), await version('gp-b')];
  await reindex(desk, link);
  expect([await version('gp-a'), await version('gp-b')]).toEqual(before);
  expect(before).toEqual([1, 2]);
});

test('what another build noted of who waits, in its own spelling, is gone: a look at the line ends, and finds each kind once', async () => {
  await desk.change(async (reading) => {
    await reading.get('work', 'gp-a');
    return { put: [{ noun: 'work', doc: waits('gp-a', { agent: 'claude:opus' }) }], answer: undefined };
  });
  const { index } = desk.books.keys;
  const old = ['claude:opus', '%', 'claude opus'];
  await link.call('ZADD', index('want.kinds'), 0, `shop p${old[0]} gp-a`);
  expect((await lineOf(desk.books)).kinds).toHaveLength(2);
  await link.call('ZADD', index('want.kinds'), ...old.flatMap((name) => [0, `shop p${name} gp-a`]));
  for (const name of old) await link.call('ZADD', index(`want.of:shop p${name}`), 1, 'gp-a');
  // Of an item that is gone.
  await link.call('ZADD', index('want.kinds'), 0, 'shop p gp-gone');
  await reindex(desk, link);
  expect((await lineOf(desk.books)).kinds).toEqual([{ rig: 'shop', manual: false, asked: 'claude:opus' }]);
  expect(await desk.books.index('want.of:shop pclaude%3Aopus')).toEqual(['gp-a']);
  for (const name of old) expect(await desk.books.count(`want.of:shop p${name}`)).toBe(0);
});

test('a record that cannot be read holds up no other', async () => {
  await desk.change(async (reading) => {
    await reading.get('work', 'gp-a');
    return { put: [{ noun: 'work', doc: waits('gp-a') }], answer: undefined };
  });
  await link.call('HSET', desk.books.keys.record('work', 'gp-bad'), 'doc', '{"id":"gp-bad"}', 'v', 1);
  await drop('want.kinds');
  expect(await reindex(desk, link)).toBe(1);
  expect((await lineOf(desk.books)).kinds).toHaveLength(1);
});

test('books are looked through once for the indexes that they have, whichever build serves them; the worker says meanwhile that it is at work', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gt-reindex-'));
  const socket = join(folder, 'worker');
  const said: unknown[] = [];
  const asking: Link = {
    ...link,
    pipeline: (commands) => link.pipeline(commands),
    call: async (...args) => {
      if (args[0] === 'SCAN') said.push(await pingWorker(socket, 10_000));
      return link.call(...args);
    },
  };
  const start = async (indexes: string) => {
    const { indexed } = await takeRecord(desk, 1);
    await keepIndexed({ desk, link: asking }, indexed, { indexes, socket, build: '0.1.0+1', log: silent });
    return said.splice(0).length;
  };
  try {
    expect(await start('one')).toBeGreaterThan(0);
    expect(await start('one')).toBe(0);
    await noteOfWorker(desk, { indexed: '0.1.0+of-an-older-gt' });
    await keepIndexed({ desk, link: asking }, '0.1.0+of-an-older-gt', { indexes: 'one', socket, build: '0.1.0+1', log: silent });
    expect(said[0]).toEqual({ pid: process.pid, is: 'loading' });
    await expect(pingWorker(socket, 10_000)).rejects.toThrow('ENOENT');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
