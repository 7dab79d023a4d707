import { expect, test } from 'vitest';
import { parseDuration } from '#core/durations';
import { layered, readLayer, systemDefaults } from '#core/settings';

const GB = 1024 ** 3;
const defaults = systemDefaults({ freeMemoryBytes: 4 * GB, cores: 4 });
const layer = (json: unknown, kind: 'town' | 'rig' = 'town') => {
  const read = readLayer(json, kind);
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.layer;
};
const faults = (json: unknown, kind: 'town' | 'rig' = 'town') => {
  const read = readLayer(json, kind);
  return 'faults' in read ? read.faults.map(({ fault, hint }) => (hint ? `${fault} (${hint})` : fault)) : [];
};

test.each([
  ['5s', 5000],
  ['2m', 120_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['250ms', 250],
  [250, 250],
  ['250', 250],
  ['0s', 0],
])('the duration %s is %i ms', (written, ms) => {
  expect(parseDuration(written)).toBe(ms);
});

test.each(['', 'soon', '5 s', '-5s', '5s later', -1, Number.NaN, null, {}, true])('%s is no duration', (written) => {
  expect(parseDuration(written)).toBeUndefined();
});

test.each([
  [100, 1],
  [1024, 2],
  [64 * 1024, 10],
])('with %i MB free a town has %i polecats, unless it is told otherwise', (megabytes, polecats) => {
  expect(systemDefaults({ freeMemoryBytes: megabytes * 1024 ** 2, cores: 1 }).max_polecats).toBe(polecats);
});

test('all faults of a file are told in one go, an unknown key with the one that was meant', () => {
  const wrong = {
    thme: 'desert',
    max_polecats: 0,
    operational: { startup_stal: '90s', kill_grace: 'soon' },
    merge_queue: { chek: 'npm test', check: [{ nam: 'unit', run: 'npm test' }] },
    namepool: { style: 'madmax', names: ['Mayor'] },
  };
  const told = faults(wrong);
  expect(told).toHaveLength(8);
  expect(told).toContain('unknown key `thme` (did you mean `theme`?)');
  expect(told).toContain('unknown key `operational.startup_stal` (did you mean `operational.startup_stall`?)');
  expect(told).toContain('unknown key `merge_queue.chek` (did you mean `merge_queue.check`?)');
  expect(told).toContain('unknown key `merge_queue.check.0.nam` (did you mean `merge_queue.check.0.name`?)');
  expect(told.find((line) => line.includes('kill_grace'))).toMatch(/must be a duration/);
  expect(told.find((line) => line.includes('names.0'))).toMatch(/is the word for a role/);
});

test('a template of branches that makes no name is refused when it is set, in every layer', () => {
  expect(faults({ polecat_branch_template: 'x/{yeer}' }, 'rig')).toEqual([
    expect.stringMatching(/^`polecat_branch_template` makes no branch name: \{yeer\} is none of \{user\} \{year\}/),
  ]);
  expect(faults({ polecat_branch_template: 'a b' })).toEqual([expect.stringContaining('holds a space')]);
  for (const good of ['', 'adam/{year}/{month}/{description}', 'feature/{issue}', 'work/{name}/{issue}'])
    expect(faults({ polecat_branch_template: good })).toEqual([]);
});

test('older names of keys are taken, and refused beside the newer', () => {
  expect(layer({ max_workers: 5, merge_queue: { gate: 'make check' } })).toMatchObject({
    max_polecats: 5,
    merge_queue: { check: [{ name: 'check', run: 'make check' }] },
  });
  expect(layer({ merge_queue: { test_command: 'make' } }).merge_queue?.check).toEqual([{ name: 'check', run: 'make' }]);
  expect(faults({ max_workers: 5, max_polecats: 6 })).toEqual([
    '`max_workers` means the same as another key beside it (keep `max_polecats`)',
  ]);
});

test('a check may be a command, or a list of commands and of names with commands and timeouts', () => {
  const check = ['npm run lint', { name: 'unit', run: 'npm test', timeout: '2m' }, { run: 'npm run e2e' }];
  expect(layer({ merge_queue: { check } }).merge_queue?.check).toEqual([
    { name: 'check', run: 'npm run lint' },
    { name: 'unit', run: 'npm test', timeout: 120_000 },
    { name: 'check-3', run: 'npm run e2e' },
  ]);
  expect(
    faults({
      merge_queue: {
        check: [
          { name: 'a', run: 'x' },
          { name: 'a', run: 'y' },
        ],
      },
    })[0],
  ).toMatch(/names a check twice/);
});

test('what holds for the whole town is refused in the file of a rig', () => {
  expect(faults({ redis: { url: 'redis://h' }, theme: 'desert' }, 'rig')).toEqual([
    "`redis` holds for the whole town (set it in the town's settings/config.json)",
  ]);
});

test('a stronger layer wins key by key, lists whole, and each value knows where it comes from', () => {
  const { settings, origins } = layered(defaults, [
    {
      name: 'town',
      values: layer({
        max_polecats: 3,
        operational: { kill_grace: '1s', done_grace: '2s' },
        merge_queue: { clean_keep: ['a', 'b'] },
      }),
    },
    { name: 'rig', values: layer({ operational: { kill_grace: '3s' }, merge_queue: { clean_keep: ['c'] } }, 'rig') },
  ]);
  expect(settings.operational).toEqual({ ...defaults.operational, kill_grace: 3000, done_grace: 2000 });
  expect(settings.merge_queue.clean_keep).toEqual(['c']);
  expect(settings.max_polecats).toBe(3);
  expect(origins).toMatchObject({ 'operational.kill_grace': 'rig', 'operational.done_grace': 'town', max_attempts: 'default' });
});

test('a file that sets nothing changes nothing', () => {
  expect(layered(defaults, [{ name: 'town', values: layer({ type: 'town-settings', version: 1 }) }]).settings).toEqual(defaults);
});
