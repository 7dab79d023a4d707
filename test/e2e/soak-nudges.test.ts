import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cleanEnv } from '../support/pty.ts';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

test('two hundred nudges to stand-ins of five programs: once, in order, told truly, and no dialog answered', {
  timeout: 300_000,
}, async () => {
  if (!existsSync(MAIN)) throw new Error('Build first: node scripts/build.mjs');
  const args = [MAIN, 'soak-nudges', '--sessions=10', '--nudges=200', `--seed=${process.pid}`];
  const child = spawn(process.execPath, args, { env: cleanEnv(), stdio: ['ignore', 'pipe', 'pipe'] });
  let said = `seed ${process.pid}\n`;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => {
      said += bytes;
    });
  const [code] = await once(child, 'exit');
  expect(said).toContain('nothing doubled, glued, out of order or told wrongly; no dialog answered');
  expect(said).toMatch(/200 nudges in 10 sessions/);
  expect(said).not.toContain(' 0 dialogs opened');
  expect(code, said).toBe(0);
});
