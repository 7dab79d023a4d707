// What tells two builds of one version apart: a digest of all that a town's processes run, and those of the PTY host's own part and of the books' indexes, which change rarely. The packed
// command line is of the same sources, and has those of builds before beside it: it counts for nothing.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { init, parse } from 'es-module-lexer';
import { indexId } from './index-id.mjs';

const RUN = /\.(js|lua|sh|json)$/;
const HOST = 'src/world/pty/main.js';
/** By this the host loads what is no module. */
const REQUIRED = /\brequire\('([^'.#][^']*)'\)/g;

const filesUnder = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && RUN.test(entry.name) && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(folder, 'bin', sep)));

/** A file of dist with all that it imports, itself and through others; what is not of dist goes into `outside`. */
function reach(dist, file, seen, outside) {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, name] of text.matchAll(REQUIRED)) outside.add(name);
  for (const name of parse(text)[0].map(({ specifier }) => specifier)) {
    if (name?.startsWith('.')) reach(dist, join(dirname(file), name), seen, outside);
    else if (name?.startsWith('#')) reach(dist, inDist(dist, name), seen, outside);
    else if (name && !name.startsWith('node:')) outside.add(name);
  }
  return seen;
}

/** Where `#queues/x` and `#core/x` lie: the first two folders stand beside src. */
const inDist = (dist, name) => join(dist, /^#(queues|processors)\//.test(name) ? '' : 'src', `${name.slice(1)}.js`);

/** Digest of files, by their names and contents, and of the libraries that package.json pins. */
function digest(dist, files, libraries) {
  const hash = createHash('sha256');
  for (const file of [...files].sort())
    hash
      .update(`${relative(dist, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.update(JSON.stringify(libraries)).digest('hex').slice(0, 8);
}

/** `id` of the whole build below `root`, `host` of what its PTY host runs, `index` of what its books' indexes are; eight hex digits each. */
export async function buildIds(root) {
  await init;
  const dist = join(root, 'dist');
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const outside = new Set();
  const host = reach(dist, join(dist, HOST), new Set(), outside);
  const libraries = Object.entries(dependencies).filter(([name]) => outside.has(name));
  const index = await indexId((name) => inDist(dist, name));
  return { id: digest(dist, filesUnder(dist), dependencies), host: digest(dist, host, libraries), index };
}
