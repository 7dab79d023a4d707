// Builds dist: tsc, removal of outputs whose source is gone, the files that tsc does not copy, the command line as executables, a stamp.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIds } from './build-ids.mjs';
import { bundle } from './bundle.mjs';

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
rmSync(stamp, { force: true }); // a build that is cut is none
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
for (const folder of ['src', 'queues', 'processors'])
  for (const source of filesUnder(join(root, folder)))
    if (COPIED.test(source)) {
      const target = join(dist, relative(root, source));
      mkdirSync(dirname(target), { recursive: true });
      cpSync(source, target);
      if (target.endsWith('.sh')) chmodSync(target, 0o755);
    }
cpSync(join(root, 'presets'), join(dist, 'presets'), { recursive: true });
await bundle();
for (const bin of ['gt', 'bd']) chmodSync(join(dist, 'bin', `${bin}.js`), 0o755);
// The stamp's time tells setup whether to build again; its text tells `gt version` what was built, and `gt up` whether what runs is of another
// build. Without git there is no commit to tell.
const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
const commit = git.status === 0 ? { commit: git.stdout.trim() } : {};
const text = JSON.stringify({ ...commit, builtAt: new Date().toISOString(), ...(await buildIds(root)) });
writeFileSync(`${stamp}.new`, `${text}\n`);
renameSync(`${stamp}.new`, stamp);
