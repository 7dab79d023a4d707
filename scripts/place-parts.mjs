// Puts a packed command line in the place of another one, while agents call it: its parts lie in a folder of their own, and the programs that name them are
// replaced last, each as a whole. Who began with the parts of before finds them for some builds more.
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How many builds' parts stay, the new one's among them. */
const KEPT = 4;
/** Since when a draft is nobody's any more: another build may be under way, ms. */
const DRAFT_MS = 3_600_000;

/**
 * @param target where programs lie, with a folder of parts a build
 * @param name of this build's folder: another one whenever a part is another
 * @param files contents by their path below `target`; a part's begins with `name`, others are programs and what belongs to them
 */
export function placeParts(target, name, files) {
  const isPart = (path) => path.startsWith(`${name}/`);
  const [folder, draft] = [join(target, name), join(target, `.${name}.${process.pid}`)];
  mkdirSync(target, { recursive: true });
  rmSync(draft, { recursive: true, force: true });
  for (const [path, content] of files) {
    if (!isPart(path)) continue;
    const file = join(draft, path.slice(name.length));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  try {
    renameSync(draft, folder);
  } catch (fault) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(fault.code)) throw fault;
    rmSync(draft, { recursive: true }); // it is there, and the same
  }
  const now = new Date();
  utimesSync(folder, now, now);
  // A package has the parts of one build: `npm pack` leaves out every other folder.
  const programs = [['.npmignore', `/*/\n!/${name}/\n*.new\n`], ...files.filter(([path]) => !isPart(path))];
  for (const [path, content] of programs) replaceWhole(join(target, path), content, path.endsWith('.js') ? 0o755 : 0o644);
  clean(target, new Set([name, ...programs.map(([path]) => path)]));
}

/** Writes a file so that whoever reads it meanwhile has the old one or the new one. */
export function replaceWhole(file, content, mode) {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, content);
  chmodSync(draft, mode);
  renameSync(draft, file);
}

/** Drops what no build of late has put there. What is gone when it is looked at, another build has dropped or finished. */
function clean(target, written) {
  const age = (name) => Date.now() - (statSync(join(target, name), { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN);
  const isDraft = ({ name }) => name.startsWith('.') || name.endsWith('.new');
  const others = readdirSync(target, { withFileTypes: true })
    .filter((entry) => !written.has(entry.name))
    .map((entry) => ({ name: entry.name, isDraft: isDraft(entry), isFolder: entry.isDirectory(), age: age(entry.name) }))
    .filter((entry) => !Number.isNaN(entry.age));
  const builds = others.filter((entry) => entry.isFolder && !entry.isDraft).sort((a, b) => a.age - b.age);
  const kept = new Set(builds.slice(0, KEPT - 1));
  for (const entry of others)
    if (entry.isDraft ? entry.age > DRAFT_MS : !kept.has(entry))
      rmSync(join(target, entry.name), { recursive: true, force: true });
}
