import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { cleanEnv } from '../support/pty.ts';
import { triedOnTmuxFor } from '../support/tmux.ts';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
/** `npm run soak:attach` does the same for an hour. */
const SECONDS = Number(process.env['GT_SOAK_SECONDS'] ?? 120);

triedOnTmuxFor(
  { timeout: (SECONDS + 240) * 1000 },
  'the mayor attached while windows are pulled, people come and go, workers die, another build takes over and sessions end: the screen is right each time',
  async () => {
    if (!existsSync(MAIN)) throw new Error('Build first: node scripts/build.mjs');
    const args = [MAIN, 'soak-attach', `--seconds=${SECONDS}`, `--seed=${process.pid}`];
    const child = spawn(process.execPath, args, { env: cleanEnv(), stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes) => {
        said += bytes;
      });
    const [code] = await once(child, 'close'); // all that it said was read
    expect(said).toContain(
      'the terminal showed what the host holds, and the mayor was the same process from one end to the next',
    );
    expect(said).toMatch(/type \d+, reattach \d+, resize \d+, kill worker \d+, upgrade \d+, hand off \d+, kill mayor \d+/);
    expect(code, said).toBe(0);
  },
);
