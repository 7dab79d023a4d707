import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mendedLine, mendTail } from '#world/redis/mend-tail';
import { openLink } from '#world/store/link';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';

let redis: PrivateRedis;
let data: string;
beforeEach(async () => {
  redis = await privateRedis({ aof: true });
  data = ((await ask('CONFIG', 'GET', 'dir')) as string[])[1] ?? '';
});
afterEach(() => redis.stop());

async function ask(...words: Array<string | number>) {
  const link = await openLink({ path: redis.path }, { waitMs: 10_000 });
  try {
    return await link.call(...words);
  } finally {
    link.close();
  }
}

/** One transaction that writes two keys, as a commit of the books does. */
const commit = (name: string) =>
  ask('EVAL', "redis.call('SET', KEYS[1], 1) redis.call('SET', KEYS[2], 1)", 2, `${name}:first`, `${name}:second`);
const keys = async () => ((await ask('KEYS', '*')) as string[]).sort();

function tail(): string {
  const folder = join(data, 'appendonlydir');
  return join(folder, readdirSync(folder).find((one) => one.endsWith('.incr.aof')) ?? '');
}

test('half a commit that a crash left at the end of the file does not come back with what is written after it', async () => {
  await commit('whole');
  const before = statSync(tail()).size;
  await commit('half');
  const after = statSync(tail()).size;
  const whole = ['whole:first', 'whole:second'];
  await redis.kill();
  const cuts = [before + 1, before + 16, Math.floor((before + after) / 2), after - 16, after - 8, after - 1];
  for (const at of cuts) {
    truncateSync(tail(), before);
    await redis.start();
    await commit('half');
    await redis.kill();
    truncateSync(tail(), at);
    mendTail(data);
    await redis.start();
    expect([at, await keys()]).toEqual([at, whole]);
    await commit('later');
    await redis.kill();
    mendTail(data);
    await redis.start();
    expect([at, await keys()]).toEqual([at, ['later:first', 'later:second', ...whole]]);
    await redis.kill();
  }
});

test('a file that ends as it should, a cut of a single command, and no file at all are left as they are', async () => {
  await commit('whole');
  await ask('SET', 'text', '*1\r\n$5\r\nMULTI\r\n');
  await redis.kill();
  const { size } = statSync(tail());
  expect(mendTail(data)).toBeUndefined();
  truncateSync(tail(), size - 3);
  expect(mendTail(data)).toBeUndefined();
  expect(statSync(tail()).size).toBe(size - 3);
  expect(mendTail(join(data, 'nowhere'))).toBeUndefined();
  expect(readdirSync(join(tail(), '..'))).not.toContain('cut-off.aof');
});

test('what was taken off is told in one line, and kept beside the file for its owner alone: the newest of it', async () => {
  await commit('whole');
  const before = statSync(tail()).size;
  await commit('half');
  await redis.kill();
  const whole = readFileSync(tail());
  const kept = join(tail(), '..', 'cut-off.aof');
  for (const size of [whole.length - 10, whole.length - 1]) {
    writeFileSync(tail(), whole.subarray(0, size));
    const writtenAt = statSync(tail()).mtimeMs;
    const mended = mendTail(data);
    expect(mended).toEqual({ file: tail(), bytes: size - before, commands: 3, writtenAt, kept });
    expect(mended && mendedLine(mended)).toBe(
      `took half a transaction off the end of ${tail()}, last written ${new Date(writtenAt).toISOString()}: ${size - before} bytes with 3 whole commands; kept in ${kept}`,
    );
    expect(readFileSync(kept)).toEqual(whole.subarray(before, size));
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(statSync(tail()).size).toBe(before);
  }
  expect(readdirSync(join(tail(), '..')).filter((name) => name.startsWith('cut-off'))).toEqual(['cut-off.aof']);
});

test('a file is mended also where what is taken off cannot be kept, and the line says so', async () => {
  await commit('whole');
  const before = statSync(tail()).size;
  await commit('half');
  await redis.kill();
  truncateSync(tail(), statSync(tail()).size - 1);
  mkdirSync(join(tail(), '..', 'cut-off.aof', 'in the way'), { recursive: true });
  const mended = mendTail(data);
  expect(statSync(tail()).size).toBe(before);
  expect(mended && mendedLine(mended)).toMatch(/; not kept: E[A-Z]+: /);
  rmSync(join(tail(), '..', 'cut-off.aof'), { recursive: true });
});
