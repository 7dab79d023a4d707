import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { follow, stepsOf } from '../support/checklist.ts';
import { privateRedis } from '../support/redis.ts';
import { ROOT } from '../support/tidy.ts';

const manual = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');
const steps = stepsOf(manual, 'To add a queue');
const { PATH = '', HOME = '' } = process.env;
/** The whole check runs in the copy, beside other tests: alone it takes a minute with the builds, on a busy machine ten times as long. */
const CHECKED_MS = 900_000;
let copy = '';

beforeAll(() => {
  copy = copyOfTheRepository();
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** The repository's files and node modules, without what is built or cached: a check there must not be believed because of one here. */
function copyOfTheRepository(): string {
  const to = realpathSync(mkdtempSync(join(tmpdir(), 'gt-q-')));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(ROOT, file), join(to, file));
  }
  mkdirSync(join(to, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name === '.bin' || !name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(to, 'node_modules', name));
  return to;
}

/** Runs a command in the copy. @returns what it printed @throws with all that it printed */
async function there(program: string, words: readonly string[]): Promise<string> {
  const env = { PATH: `${join(copy, 'node_modules/.bin')}:${PATH}`, HOME, NO_COLOR: '1' };
  const ran = promisify(execFile)(program, [...words], { cwd: copy, env, maxBuffer: 1 << 26 });
  return ran.then(
    ({ stdout }) => stdout,
    (fault: { stdout: string; stderr: string }) =>
      Promise.reject(new Error(`${words.join(' ')}\n${fault.stdout}${fault.stderr}`)),
  );
}

test(
  'a queue that is added as the manual says, and nothing more, passes the check and runs its job to the end',
  async () => {
    expect(steps.length).toBeGreaterThan(4);
    follow(steps, copy);
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { check: string } };
    const [setup, ...checks] = scripts.check.split(' && ');
    expect(setup).toBe('node scripts/setup.mjs');
    for (const [program = '', ...words] of checks.map((check) => check.split(' '))) await there(program, words);
    await there('node', ['scripts/build.mjs']);

    const redis = await privateRedis();
    try {
      const bell = { id: 'hq-tea', note: 'tea', state: 'set' };
      const words = ['test/support/run-queue.mjs', redis.path, 'bells', JSON.stringify(bell), '2000'];
      const said = JSON.parse(await there('node', words));
      expect(said).toEqual({
        title: 'ring: tea',
        parked: true,
        state: 'completed',
        result: 'rung',
        record: { ...bell, at: expect.any(Number), state: 'rung' },
        listed: [],
      });
    } finally {
      await redis.stop();
    }
  },
  CHECKED_MS,
);

test('a queue without its processor does not compile', async () => {
  cpSync(join(ROOT, 'processors/index.ts'), join(copy, 'processors/index.ts'));
  await expect(there('tsc', ['-p', 'tsconfig.json'])).rejects.toThrow(/processors\/index\.ts.*bells/);
});
