// Builds dist: tsc, removal of outputs whose source is gone, the files that tsc does not copy, the command line as executables, a stamp.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIds } from './build-ids.mjs';
import { bundle } from './bundle.mjs';
import { replaceWhole } from './place-parts.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const COPIED = /\.(lua|sh|json)$/;

function* filesUnder(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else yield path;
  }
}

const stamp = join(dist, '.built');
if (existsSync(stamp)) utimesSync(stamp, 0, 0); // a build that is cut is to be made again; who asks meanwhile is told of the one before
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
});

for (const output of filesUnder(dist)) {
  if (output.startsWith(join(dist, 'bin'))) continue;
  const source = join(root, relative(dist, output));
  const gone = /\.js(\.map)?$/.test(output)
    ? !existsSync(source.replace(/\.js(\.map)?$/, '.ts'))
    : (COPIED.test(output) || output.startsWith(join(dist, 'presets'))) && !existsSync(source);
  if (gone) rmSync(output);
}
for (const folder of ['src', 'queues', 'processors', 'presets'])
  for (const source of filesUnder(join(root, folder))) {
    const target = join(dist, relative(root, source));
    if (folder !== 'presets' && !COPIED.test(source)) continue;
    const content = readFileSync(source);
    if (existsSync(target) && content.equals(readFileSync(target))) continue; // a town may be reading it
    mkdirSync(dirname(target), { recursive: true });
    replaceWhole(target, content, target.endsWith('.sh') ? 0o755 : 0o644);
  }
const ids = await buildIds(root);
await bundle(ids.id);
// The stamp's time tells setup whether to build again; its text tells `gt version` what was built, and `gt up` whether what runs is of another
// build. Without git there is no commit to tell.
const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
const commit = git.status === 0 ? { commit: git.stdout.trim() } : {};
const text = JSON.stringify({ ...commit, builtAt: new Date().toISOString(), ...ids });
replaceWhole(stamp, `${text}\n`, 0o644);
