import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const module = fileURLToPath(new URL('../../scripts/place-parts.mjs', import.meta.url));
const run = promisify(execFile);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gt-pack-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Builds, one after the other, in a process of their own. */
const build = (...names: string[]) =>
  run(process.execPath, [
    '--input-type=module',
    '-e',
    `import { placeParts } from '${module}';
    for (const name of process.argv.slice(1))
      placeParts('${join(root, 'dist/bin')}', name, [['gt.js', "import './" + name + "/hot.js';"], [name + '/hot.js', name], [name + '/cold/a.js', name]]);`,
    ...names,
  ]);

test('a package has the programs with the parts that they name, and none of the builds before', async () => {
  await build('one', 'two', 'three');
  writeFileSync(join(root, 'dist/bin/gt.js.1.new'), 'half');
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'x', version: '1.0.0', files: ['dist'] }));
  const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
  });
  const [{ files }] = JSON.parse(listed) as [{ files: Array<{ path: string }> }];
  expect(files.map(({ path }) => path).sort()).toEqual([
    'dist/bin/gt.js',
    'dist/bin/three/cold/a.js',
    'dist/bin/three/hot.js',
    'package.json',
  ]);
});

test('builds at once make none of them fail', async () => {
  const names = (who: string) => Array.from({ length: 60 }, (_, n) => `${who}${n}`);
  await Promise.all(['a', 'b'].map((who) => build(...names(who))));
  await build('last');
});
