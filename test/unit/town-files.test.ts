import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isRefusal } from '#core/refusals';
import { findTown } from '#world/config/find';
import { rigLayout, townLayout } from '#world/config/layout';
import { stageRig } from '#world/config/make-rig';
import { makeTown } from '#world/config/make-town';
import { changeRigs, readRig, readRigs, writeRig } from '#world/config/rigs';
import { closeRuntime, openRuntime, planRuntime, socketPath } from '#world/config/runtime';
import { loadRigSettings, loadTownSettings } from '#world/config/settings';
import { readTown, writeTown } from '#world/config/town';
import { townFiles } from '#world/config/watched';
import { writePidFile } from '#world/processes/pid-file';
import { bornOf } from '#world/processes/process';

let base: string;
let root: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'gt-')));
  root = join(base, 'town');
  const made = makeTown({ root, name: 'home', now: 0 });
  if (isRefusal(made)) throw new Error(JSON.stringify(made));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const nobody = { env: {}, home: '/nowhere' };
const put = (path: string, value: unknown) => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, JSON.stringify(value));
};

test('a new town says who it is, with an id of its own', () => {
  const town = readTown(root);
  expect(town).toMatchObject({ type: 'town', version: 1, name: 'home', created_at: '1970-01-01T00:00:00.000Z' });
  expect(!isRefusal(town) && town.id).toMatch(/^[a-z][a-z0-9]{6}$/);
});

test('making a town over one that is there leaves its files as they are', () => {
  const before = readFileSync(townLayout(root).townFile, 'utf8');
  put(townLayout(root).settingsFile, { max_polecats: 2 });
  makeTown({ root, name: 'other', now: 1 });
  expect(readFileSync(townLayout(root).townFile, 'utf8')).toBe(before);
  expect(loadTownSettings(root)).toMatchObject({ settings: { max_polecats: 2 } });
});

test('a town is found by flag, by variable, from a directory below, and at the usual place, in this order', () => {
  const other = join(base, 'other');
  makeTown({ root: other, name: 'other', now: 0 });
  const below = join(root, 'rig', 'polecats', 'nux', 'rig');
  mkdirSync(below, { recursive: true });
  expect(findTown({ ...nobody, cwd: below, flag: other })).toEqual({ root: other, by: '--town' });
  expect(findTown({ ...nobody, cwd: below, env: { GT_TOWN_ROOT: other, GT_ROOT: root } })).toEqual({
    root: other,
    by: 'GT_TOWN_ROOT',
  });
  expect(findTown({ ...nobody, cwd: base, env: { GT_ROOT: other, GTR_ROOT: root } })).toEqual({ root: other, by: 'GT_ROOT' });
  expect(findTown({ ...nobody, cwd: base, env: { GTR_ROOT: other } })).toEqual({ root: other, by: 'GTR_ROOT' });
  expect(findTown({ ...nobody, cwd: below })).toEqual({ root, by: 'directory' });
  symlinkSync(root, join(base, 'gt'));
  expect(findTown({ env: {}, cwd: '/', home: base })).toEqual({ root, by: 'default' });
});

test('a place that was named and is no town is refused, not passed over', () => {
  const refusal = findTown({ ...nobody, cwd: root, env: { GT_ROOT: base } });
  expect(refusal).toMatchObject({ refused: 'TOWN_NOT_FOUND' });
  expect(findTown({ ...nobody, cwd: '/' })).toMatchObject({ refused: 'TOWN_NOT_FOUND' });
});

test('a faulty identity file is refused with all of its faults; keys that gt does not know are kept', () => {
  put(townLayout(root).townFile, { type: 'village', version: 2, name: '', created_at: 'x', id: 'NO' });
  const refusal = readTown(root);
  expect(isRefusal(refusal) && String(refusal.facts['fault']).split('; ')).toHaveLength(4);
  put(townLayout(root).townFile, '{');
  expect(readTown(root)).toMatchObject({ refused: 'SETTINGS_INVALID' });
  writeTown(root, { type: 'town', version: 1, name: 'n', created_at: 'x', id: 'abcdef', colour: 'red' } as never);
  expect(readTown(root)).toMatchObject({ colour: 'red' });
});

test('rigs that are added at once are all there', async () => {
  const names = Array.from({ length: 12 }, (_, number) => `rig${number}`);
  await Promise.all(names.map((name) => changeRigs(root, (rigs) => ({ ...rigs, [name]: { git_url: 'u', added_at: 'now' } }))));
  const rigs = readRigs(root);
  expect(!isRefusal(rigs) && Object.keys(rigs.rigs).sort()).toEqual(names.sort());
});

test('which prefix lies where is told to programs that read the town’s files', async () => {
  writeRig(root, { type: 'rig', version: 1, name: 'app', git_url: '/src', beads: { prefix: 'ap' } });
  for (const name of ['app', 'broken'])
    await changeRigs(root, (rigs) => ({ ...rigs, [name]: { git_url: 'u', added_at: 'now' } }));
  expect(readFileSync(townLayout(root).routes, 'utf8')).toBe('{"prefix":"hq-","path":"."}\n{"prefix":"ap-","path":"app"}\n');
});

test('a rig is read as it was written; one that is not there is refused', () => {
  writeRig(root, { type: 'rig', version: 1, name: 'app', git_url: '/src', beads: { prefix: 'ap' } });
  expect(readRig(root, 'app')).toMatchObject({ name: 'app', beads: { prefix: 'ap' } });
  expect(readRig(root, 'nope')).toMatchObject({ refused: 'RIG_UNKNOWN' });
});

test("a rig's settings: transient over rig over identity file over town, and the file of a fault is named", () => {
  const town = townLayout(root);
  const rig = rigLayout(root, 'app');
  put(town.settingsFile, { max_polecats: 1, max_attempts: 7, agent: 'codex' });
  put(rig.rigFile, { type: 'rig', version: 1, name: 'app', max_workers: 2, worker_spawn_delay: '5s' });
  expect(loadRigSettings(root, 'app')).toMatchObject({
    settings: { max_polecats: 2, worker_spawn_delay: 5000, max_attempts: 7 },
  });
  put(rig.settingsFile, { max_workers: 3 });
  put(town.wispSettings('app'), { agent: 'shell' });
  expect(loadRigSettings(root, 'app')).toMatchObject({
    settings: { max_polecats: 3, agent: 'shell', max_attempts: 7 },
    origins: { max_polecats: rig.settingsFile, agent: town.wispSettings('app'), max_attempts: town.settingsFile },
  });
  put(rig.settingsFile, { max_worker: 3, spwan: 'auto' });
  put(town.wispSettings('app'), { agnt: 'shell' });
  const refusal = loadRigSettings(root, 'app');
  expect(refusal).toMatchObject({ refused: 'SETTINGS_INVALID', facts: { file: rig.settingsFile, key: 'max_worker spwan agnt' } });
  expect(isRefusal(refusal) && refusal.facts['fault']).toContain(town.wispSettings('app'));
});

test('the sockets lie in a directory for us alone, and are found wherever one asks from', () => {
  const env = { XDG_RUNTIME_DIR: base };
  const sockets = openRuntime(root, env);
  expect(sockets).toMatchObject({ worker: expect.stringMatching(/\/gt-[0-9a-f]{8}\/worker$/) });
  expect(socketPath(root, 'worker')).toBe(!isRefusal(sockets) && sockets.worker);
  expect(planRuntime(root, {})).toEqual(sockets);
  closeRuntime(root);
  expect(socketPath(root, 'worker')).toMatchObject({ refused: 'TOWN_DOWN' });
});

test('a socket directory that others can reach, or that is a link, is refused', () => {
  const env = { XDG_RUNTIME_DIR: base };
  const sockets = openRuntime(root, env);
  if (isRefusal(sockets)) throw new Error('refused');
  const folder = join(sockets.worker, '..');
  chmodSync(folder, 0o755);
  expect(socketPath(root, 'worker')).toMatchObject({ refused: 'RUNTIME_UNSAFE' });
  expect(planRuntime(root, env)).toMatchObject({ refused: 'RUNTIME_UNSAFE' });
  rmSync(folder, { recursive: true });
  symlinkSync(base, folder);
  expect(openRuntime(root, env)).toMatchObject({ refused: 'RUNTIME_UNSAFE' });
});

test('going down clears what killed writers left, and never the directory of another town', () => {
  const env = { XDG_RUNTIME_DIR: base };
  openRuntime(root, env);
  const { runtime, pidFile, socketName } = townLayout(root);
  writePidFile(pidFile('worker'), { pid: process.pid, born: '1' });
  for (const left of ['supervisor.pid.after-1-2', 'supervisor.pid.99999999-0.new', 'supervisor.json.99999999-1.new'])
    writeFileSync(join(runtime, left), '{}');
  const foreign = join(base, 'gt-00000000');
  mkdirSync(foreign, { mode: 0o700 });
  writeFileSync(socketName('host'), `${foreign}/host\n`);
  closeRuntime(root);
  expect(readdirSync(runtime)).toEqual(['logs']);
  expect(readdirSync(base).sort()).toEqual(['gt-00000000', 'town']);
});

test('what a hook command needs to know its town loads no package and no schema', () => {
  const source = fileURLToPath(new URL('../../src/', import.meta.url));
  const seen = new Set<string>();
  const walk = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, what = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'/gms)) {
      expect(what).toMatch(/^(node:|\.\/|#core\/|#world\/)/);
      if (what.startsWith('#')) walk(join(source, `${what.slice(1)}.ts`));
      else if (what.startsWith('.')) walk(join(file, '..', what));
    }
  };
  for (const name of ['find', 'layout', 'town', 'rigs', 'runtime']) walk(join(source, 'world/config', `${name}.ts`));
  expect(seen.size).toBeGreaterThan(6);
});

test('a settings file that is broken while the town runs leaves in force what held last; from the start it is refused', () => {
  const file = townLayout(root).settingsFile;
  put(file, { max_polecats: 3 });
  const files = townFiles(root);
  expect(files.settings().max_polecats).toBe(3);
  writeFileSync(file, '{ oops');
  expect(files.settings().max_polecats).toBe(3);
  expect(() => townFiles(root).settings()).toThrow('it is no JSON');
  put(file, { max_polecats: 40 });
  expect(files.settings().max_polecats).toBe(40);
});

test('what a live process is making a rig in stays from its first instant on, what a dead one has left goes', () => {
  const site = join(townLayout(root).runtime, 'adding');
  const [mine, theirs, left] = ['mine', `theirs.${process.ppid}.${bornOf(process.ppid)}`, 'left.999999999.1'];
  for (const name of [theirs, left]) mkdirSync(join(site, name), { recursive: true });
  const staged = stageRig(root, mine);
  const own = `mine.${process.pid}.${bornOf(process.pid)}`;
  expect(readdirSync(site).sort()).toEqual([own, theirs]);
  expect(staged.layout.rig).toBe(rigLayout(join(site, own), mine).rig);
  staged.drop();
  expect(readdirSync(site)).toEqual([theirs]);
});
