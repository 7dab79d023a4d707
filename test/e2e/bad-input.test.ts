import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answered, TrialTown } from '../../src/trials/trial-town.ts';
import { fingerprint } from '../support/fingerprint.ts';

/** Bad input gets one line of what is wrong and one of what to do, a code, and leaves books, files and refs as they were. */
let town: TrialTown;
let source: string;

beforeAll(async () => {
  town = new TrialTown();
  await town.gt(['install', town.root]);
  writeFileSync(join(town.root, 'settings/config.json'), JSON.stringify({ agent: 'shell', dashboard: { port: 0 } }));
  const up = await town.gt(['up']);
  expect(up.exit, up.err).toBe(0);
  source = await town.repository('alpha', { 'a.txt': 'a\n' });
  const added = await town.gt(['rig', 'add', 'alpha', '--path', source]);
  expect(added.exit, added.err).toBe(0);
});

afterAll(async () => {
  const said = await town.end();
  expect(said.exit, said.err).toBe(0);
});

async function refusedAs(
  exit: number,
  says: RegExp,
  words: readonly string[],
  options: Parameters<TrialTown['gt']>[1] = {},
): Promise<Answered> {
  const before = await fingerprint(town);
  const answer = await town.gt(words, options);
  expect({ exit: answer.exit, err: answer.err }).toEqual({ exit, err: expect.stringMatching(says) });
  expect(answer.out).toBe('');
  const lines = answer.err.trimEnd().split('\n');
  expect(lines, answer.err).toHaveLength(2);
  expect(await fingerprint(town)).toBe(before);
  return answer;
}

const create = async (title: string, ...more: string[]) =>
  (await town.ask<{ id: string }>(['work', 'create', title, '--rig', 'alpha', ...more])).id;

test('an unknown rig, id or command is told with the nearest names', async () => {
  const id = await create('Known');
  await refusedAs(3, /no rig `alhpa`[\s\S]*`alpha`/, ['work', 'create', 'X', '--rig', 'alhpa']);
  await refusedAs(3, new RegExp(`no work item \`${id}x\`[\\s\\S]*\`${id}\``), ['work', 'show', `${id}x`]);
  await refusedAs(2, /no command `gt slign`[\s\S]*`gt sling`/, ['slign']);
});

test('a repository that cannot be had leaves no rig behind', async () => {
  await refusedAs(3, /no git repository/, ['rig', 'add', 'beta', '--path', join(town.dir, 'home')]);
  await refusedAs(4, /rig `alpha` already/, ['rig', 'add', 'alpha', '--path', source]);
  // at once, and not when its time was over
  await refusedAs(6, /Could not reach(?!.*no end after)/s, ['rig', 'add', 'gamma', 'https://127.0.0.1:1/x.git']);
});

test('work that is closed or taken is not slung again', async () => {
  const id = await create(
    'Taken',
    '-d',
    '```sh\nwhile [ ! -e "$GT_ROOT/gate" ]; do sleep 0.1; done\necho b > b; git add -A; git commit -qm b\n```\n',
  );
  expect((await town.gt(['sling', id])).exit).toBe(0);
  await town.event('session.acked', (event) => event.data['work'] === id);
  const taken = await town.gt(['sling', id]);
  expect({ exit: taken.exit, says: taken.err + taken.out }).toEqual({ exit: 4, says: expect.stringContaining('is taken by') });
  writeFileSync(join(town.root, 'gate'), '');
  await town.event('work.cleaned_up', (event) => event.subject === id);
  const closed = await town.gt(['sling', id]);
  expect({ exit: closed.exit, says: closed.err + closed.out }).toEqual({ exit: 4, says: expect.stringContaining('is closed') });
});

test('an item that would wait for itself is told the way round', async () => {
  const [a, b] = [await create('A'), await create('B')];
  await town.ask(['work', 'dep', 'add', b, a]);
  await refusedAs(2, new RegExp(`would wait for itself: .*${a}`), ['work', 'dep', 'add', a, b]);
});

test('a text over 1 MB is refused', async () => {
  await refusedAs(2, /description has 1048577 bytes/, ['work', 'create', 'Long', '--rig', 'alpha', '-d', '-'], {
    input: 'x'.repeat(1024 * 1024 + 1),
  });
});

test('a key that settings do not know is named with the nearest one', async () => {
  const file = join(town.root, 'alpha/settings/config.json');
  writeFileSync(file, JSON.stringify({ type: 'rig-settings', version: 1, max_polcats: 3 }));
  await refusedAs(2, /unknown key `max_polcats`.*max_polecats/s, ['rig', 'list']);
  writeFileSync(file, JSON.stringify({ type: 'rig-settings', version: 1 }));
  expect((await town.gt(['rig', 'list'])).exit).toBe(0);
});

/** A Redis that answers as it is told to: each command gets the next reply that fits. */
function stub(info: string, policy: string): Promise<{ server: Server; url: string }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      for (const command of data.toString().matchAll(/\r\n(INFO|CONFIG|PING|HELLO|AUTH|SELECT|CLIENT)\r\n/gi)) {
        const name = command[1]?.toUpperCase();
        if (name === 'INFO') socket.write(`$${info.length}\r\n${info}\r\n`);
        else if (name === 'CONFIG') socket.write(`*2\r\n$16\r\nmaxmemory-policy\r\n$${policy.length}\r\n${policy}\r\n`);
        else socket.write('+OK\r\n');
      }
    });
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ server, url: `redis://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` });
    }),
  );
}

test('a Redis that is too old, evicts keys or does not answer is refused before anything starts', async () => {
  const other = new TrialTown();
  await other.gt(['install', other.root]);
  const said = async (url: string) => {
    writeFileSync(join(other.root, 'settings/config.json'), JSON.stringify({ redis: { url } }));
    const { exit, err } = await other.gt(['up']);
    return { exit, err };
  };
  const old = await stub('redis_version:5.0.7\r\nrun_id:abc\r\n', 'noeviction');
  expect(await said(old.url)).toEqual({ exit: 5, err: expect.stringContaining('Redis 5.0.7 is too old') });
  const evicting = await stub('redis_version:7.0.15\r\nrun_id:abc\r\n', 'allkeys-lru');
  expect(await said(evicting.url)).toEqual({ exit: 5, err: expect.stringContaining('allkeys-lru') });
  expect(await said('redis://127.0.0.1:1')).toEqual({ exit: 5, err: expect.stringContaining('unreachable') });
  for (const { server } of [old, evicting]) server.close();
  await other.end();
});

test('a socket path that the system would cut is refused', async () => {
  const deep = new TrialTown();
  await deep.gt(['install', deep.root]);
  const runtime = join(deep.dir, 'x'.repeat(90));
  mkdirSync(runtime, { mode: 0o700 });
  const { exit, err } = await deep.gt(['up'], { env: { XDG_RUNTIME_DIR: runtime } });
  expect({ exit, err }).toEqual({ exit: 2, err: expect.stringContaining('socket path') });
  await deep.end();
});
