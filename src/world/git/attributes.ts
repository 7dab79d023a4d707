import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from './context.ts';
import { removeTree } from './remove-tree.ts';
import type { RunOptions } from './run.ts';

type AttributeFile = { readonly path: string; readonly blob: string };
type How = Pick<RunOptions, 'cwd' | 'env'>;

const MOST_FOLDERS = 32;

/**
 * Makes merges in a bare repository obey the `.gitattributes` of a tree (`merge=union`, drivers, `-merge`): git reads them from a work tree only, so one is
 * named that holds nothing else. Answers how `git merge-tree` is to be run; nothing when the tree has no such file.
 * Listing a large tree costs more than the merge: where no such file differs from the commit asked for last, the answer is the same.
 */
export async function withAttributes(context: Context, repo: string, commit: string): Promise<How> {
  const known = context.attributes.get(repo);
  const usable = known !== undefined && (known.how.cwd === undefined || existsSync(known.how.cwd));
  const how = usable && (await areSame(context, repo, known.commit, commit)) ? known.how : await lookUp(context, repo, commit);
  context.attributes.set(repo, { commit, how });
  return how;
}

async function areSame({ run }: Context, repo: string, one: string, other: string): Promise<boolean> {
  if (one === other) return true;
  const changed = await run(['diff-tree', '-r', '--raw', '--no-renames', one, other, '--', ':(glob)**/.gitattributes'], {
    repo,
    ok: [0, 128],
  });
  return changed.code === 0 && changed.out === '';
}

/** The folder is named by the content of its files: it is made once, and shared by all commits that have the same ones. */
async function lookUp({ run }: Context, repo: string, commit: string): Promise<How> {
  const files = attributeFiles((await run(['ls-tree', '-r', '-z', '--full-tree', commit], { repo })).out);
  if (files.length === 0) return {};
  const name = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 32);
  const folder = join(repo, 'gt-attributes', name);
  if (!existsSync(folder)) {
    await mkdir(dirname(folder), { recursive: true });
    await dropOldest(dirname(folder));
    const made = await mkdtemp(`${folder}.`);
    for (const { path, blob } of files) {
      await mkdir(dirname(join(made, path)), { recursive: true });
      await writeFile(join(made, path), (await run(['cat-file', 'blob', blob], { repo })).out);
    }
    // Made by another in between: theirs is the same.
    await rename(made, folder).catch(() => removeTree(made));
  }
  return { cwd: folder, env: { GIT_WORK_TREE: folder } };
}

function attributeFiles(listing: string): AttributeFile[] {
  const files: AttributeFile[] = [];
  const name = '.gitattributes\0';
  for (let at = listing.indexOf(name); at !== -1; at = listing.indexOf(name, at + 1)) {
    const line = listing.slice(listing.lastIndexOf('\0', at) + 1, at + name.length - 1);
    const [meta = '', path = ''] = line.split('\t');
    const [mode, , blob = ''] = meta.split(' ');
    // git follows no link to an attributes file.
    if (mode !== '120000' && (path === '.gitattributes' || path.endsWith('/.gitattributes'))) files.push({ path, blob });
  }
  return files;
}

/** Attributes change seldom; what changed more often than this is not needed again. */
async function dropOldest(folder: string): Promise<void> {
  const dated: Array<{ path: string; at: number }> = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    dated.push({ path, at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 });
  }
  dated.sort((one, other) => other.at - one.at);
  for (const { path } of dated.slice(MOST_FOLDERS - 1)) await removeTree(path);
}
