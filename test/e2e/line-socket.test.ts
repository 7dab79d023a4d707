import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { askLine, knock, serveLines } from '#world/processes/line-socket';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'gt-')));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const path = join(base, 'door');
/** For what answers: a busy machine may take its time. */
const LIMIT_MS = 60_000;

test('a control socket is for its user alone, answers each line, and outlives clients that talk nonsense', async () => {
  writeFileSync(path, 'what a dead server left');
  const server = await serveLines(path, (request) => {
    if (request === 'fail') throw new Error('no such thing');
    return { ok: true, heard: request };
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await askLine(path, { do: 'ping' }, LIMIT_MS)).toEqual({ ok: true, heard: { do: 'ping' } });
  expect(await askLine(path, 'fail', LIMIT_MS)).toEqual({ ok: false, fault: 'no such thing' });
  const flood = connect(path);
  flood.on('error', () => {});
  flood.write('x'.repeat(300_000));
  await new Promise((resolve) => flood.once('close', resolve));
  const nonsense = connect(path);
  nonsense.write('{"half": \n');
  expect(String(await new Promise((resolve) => nonsense.once('data', resolve)))).toContain('"ok":false');
  nonsense.destroy();
  await knock(path, LIMIT_MS);
  await server.close();
  await expect(askLine(path, {}, LIMIT_MS)).rejects.toThrow();
});

test('one that does not answer is given up in time', async () => {
  const server = await serveLines(path, () => new Promise(() => {}));
  await expect(askLine(path, {}, 50)).rejects.toThrow('did not answer within 50 ms');
  await server.close();
});

test('a server that closes gives the answers that are due', async () => {
  let arrive: () => void = () => {};
  let release: () => void = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const server = await serveLines(path, async () => {
    arrive();
    await released;
    return { ok: true };
  });
  const last = askLine(path, {}, LIMIT_MS);
  await arrived;
  const closed = server.close();
  release();
  expect(await last).toEqual({ ok: true });
  await closed;
});
