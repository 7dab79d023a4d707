import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { formulaFiles } from '#world/formulas/formula-files';
import { describeAll } from '#world/formulas/list';
import { ROOT } from '../support/tidy.ts';

const GT = join(ROOT, 'dist/bin/gt.js');

beforeAll(() => {
  if (existsSync(GT)) return;
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the build failed: ${built.stdout}${built.stderr}`);
});

const gt = (...argv: string[]) =>
  spawnSync(process.execPath, [GT, ...argv], { encoding: 'utf8', cwd: '/', env: { PATH: process.env['PATH'] } });

/** How a process ended. */
async function ended(child: ChildProcess): Promise<{ code: number | null; err: string }> {
  let err = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, err };
}

test('the built gt tells which it is, from any directory', () => {
  const { status, stdout, stderr } = gt('version', '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    build: expect.stringMatching(/^\d+\.\d+\.\d+\+[0-9a-f]{8}$/),
    commit: expect.toSatisfy((commit) => commit === null || /^[0-9a-f]{40}$/.test(commit)),
    builtAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    node: process.versions.node,
    hostProtocol: 1,
  });
  expect(gt('--version').stdout).toMatch(/^gt \d+\.\d+\.\d+\+[0-9a-f]{8} \(.*Node .*host protocol 1\)\n$/);
});

test('the built gt explains a refusal, and refuses a wrong verb with exit code 2', () => {
  expect(gt('explain', 'work_taken').stdout).toMatch(/^WORK_TAKEN \(exit 4\)\n/);
  expect(gt('slign')).toMatchObject({ status: 2, stdout: '' });
});

test('the built gt lists the formulas that it ships without cooking them, and tells of each what cooking tells', async () => {
  const loaded = mkdtempSync(join(tmpdir(), 'gt-loaded-'));
  const env = { PATH: process.env['PATH'], NODE_V8_COVERAGE: loaded };
  const { stdout } = spawnSync(process.execPath, [GT, 'formula', 'list', '--json'], { encoding: 'utf8', cwd: '/', env });
  expect(JSON.parse(stdout)).toEqual(await describeAll(formulaFiles(undefined), {}));
  const scripts = readdirSync(loaded).map((file) => readFileSync(join(loaded, file), 'utf8'));
  rmSync(loaded, { recursive: true });
  expect(scripts.join('')).toContain(`/formula-list.js"`);
  expect(scripts.join('')).not.toContain('/smol-toml/');
});

test('a reader that has seen enough is no fault', async () => {
  const child = spawn('sh', ['-c', '"$0" "$1" explain --json | head -c 1 >/dev/null', process.execPath, GT], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  expect(await ended(child)).toEqual({ code: 0, err: '' });
});

test('a long answer reaches a pipe whole', () => {
  expect(JSON.parse(gt('explain', '--json').stdout).refusals.length).toBeGreaterThan(30);
});

test('Ctrl+C ends gt with 130', async () => {
  // A terminal that never takes what is written: gt is at work until it is interrupted.
  const stuck = "process.stdout.write = () => { process.stderr.write('at work'); setInterval(() => {}, 1e6); return true; };";
  const child = spawn(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(stuck)}`, GT, 'version'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const over = ended(child);
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  expect((await over).code).toBe(130);
});
