import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { built } from '../support/built.ts';

const TOWNS = 60;
const PROCESSES = 3;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gt-secrets-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Says `ready`; at the first line that it reads it asks for each town's secret, and says what it was given and which ones it drew. */
const ASKS = `
const { townSecret } = await import(process.argv[1]);
process.stdin.once('data', async () => {
  const drew = [], has = [];
  for (let n = 0; n < ${TOWNS}; n++) has.push(await townSecret(process.argv[2] + '/' + n, () => drew.push(n)));
  console.log(JSON.stringify({ drew, has }));
  process.exit();
});
console.log('ready');
`;

test('of processes that find the secret missing, empty or cut short at once one draws it, and all have the same', async () => {
  const module = pathToFileURL(await built('src/world/agents/token.js')).href;
  const texts = [undefined, '', 'a1'.repeat(20)];
  for (let n = 0; n < TOWNS; n++) {
    const text = texts[n % texts.length];
    if (text !== undefined) writeFileSync(join(dir, String(n)), text);
  }
  const processes = Array.from({ length: PROCESSES }, () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', ASKS, module, dir], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  });
  try {
    for (const { lines } of processes) expect((await lines.next()).value).toBe('ready');
    for (const { child } of processes) child.stdin.write('go\n');
    const answers = await Promise.all(processes.map(async ({ lines }) => JSON.parse((await lines.next()).value ?? 'null')));
    const kept = Array.from({ length: TOWNS }, (_, n) => readFileSync(join(dir, String(n)), 'utf8'));
    for (const { has } of answers) expect(has).toEqual(kept);
    expect(new Set(kept).size).toBe(TOWNS);
    const drew: number[] = answers.flatMap((one) => one.drew);
    expect(drew.sort((a, b) => a - b)).toEqual(kept.map((_, n) => n));
    expect(readdirSync(dir)).toHaveLength(TOWNS);
  } finally {
    for (const { child } of processes) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
});
