// Makes a fresh clone ready, without dependencies: Node version, node modules, a Redis server, the build. Quick when nothing is to be done.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (line) => console.error(`setup: ${line}`);
const stop = (what, todo) => {
  console.error(`setup: ${what}\n       ${todo}`);
  process.exit(1);
};

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    stop(`Node ${process.versions.node} is too old.`, 'Install Node 20.19 or newer.');
}

function onPath(...names) {
  for (const name of names)
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {}
    }
  return undefined;
}

function installModules() {
  const stamp = join(root, 'node_modules/.gt-setup');
  const want = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update([process.versions.modules, process.platform, process.arch].join())
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
  rmSync(stamp, { force: true }); // an installation that is cut is none; and a stamp that other checkouts share by hard links stays theirs
  say('installing node modules …');
  const flags = [
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--fetch-retries=1',
  ];
  const npm = (...words) =>
    spawnSync('npm', [...words, ...flags], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'inherit', 'pipe'] });
  let result = npm('ci');
  // npm ci refuses a lock from which optional packages of other platforms are absent; npm install takes the lock's versions as they are.
  const complaints = [...(result.stderr ?? '').matchAll(/Missing: (\S+) from lock file/g)].map((match) => match[1]);
  if (result.status !== 0 && complaints.length > 0 && complaints.every((name) => name.endsWith('@')))
    result = npm('install', '--no-save');
  if (result.status !== 0)
    stop(`npm could not install the node modules:\n${result.stderr}`, 'Check the network and the npm registry, then try again.');
  writeFileSync(stamp, want);
}

/** Whether apt is there and has installed them. */
function installWithApt(...names) {
  const apt = onPath('apt-get');
  if (!apt || process.getuid?.() !== 0) return false;
  say(`installing ${names.join(', ')} with apt …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () =>
    spawnSync(apt, ['install', '-y', '-qq', '--no-install-recommends', ...names], { env, stdio: 'ignore' }).status === 0;
  if (install()) return true;
  spawnSync(apt, ['update', '-qq'], { env, stdio: 'ignore' });
  return install();
}

/** What some tests look with: they are skipped with a word where it is missing, so only a machine for tests gets it unasked. */
function installLookers() {
  const missing = ['tmux', 'vim', 'less'].filter((name) => !onPath(name));
  if (process.env.CI && missing.length > 0 && !installWithApt(...missing)) say(`${missing.join(', ')} could not be installed`);
}

function installRedis() {
  if (onPath('redis-server', 'valkey-server') || installWithApt('redis-server')) return;
  stop(
    'no redis-server or valkey-server on PATH.',
    'Install one: `sudo apt install redis-server`, `brew install redis`, or see https://redis.io/docs/install.',
  );
}

function newest(path) {
  const here = statSync(path);
  if (!here.isDirectory()) return here.mtimeMs;
  return Math.max(here.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function build() {
  const stamp = join(root, 'dist/.built');
  const sources = [
    'src',
    'queues',
    'processors',
    'presets',
    'formulas',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/build.mjs',
    'scripts/build-ids.mjs',
    'scripts/bundle.mjs',
    'scripts/place-parts.mjs',
    'scripts/hot.json',
  ];
  const changed = Math.max(...sources.map((name) => newest(join(root, name))));
  if (existsSync(stamp) && statSync(stamp).mtimeMs > changed) return;
  say('building …');
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
}

checkNode();
installModules();
installRedis();
installLookers();
build();
