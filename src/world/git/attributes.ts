import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from './context.ts';
import { removeTree } from './remove-tree.ts';
import type { RunOptions } from './run.ts';

/**
 * Makes merges in a bare repository obey the `.gitattributes` of a tree (`merge=union`, drivers, `-merge`): git reads them from a work tree only, so one is
 * named that holds nothing else. Answers how `git merge-tree` is to be run; nothing when the tree has no such file.
 * The folder is named by the content of the files: it is made once and shared by all commits that have the same ones.
 */
export async function withAttributes({ run }: Context, repo: string, commit: string): Promise<Pick<RunOptions, 'cwd' | 'env'>> {
  const listed = await run(['ls-tree', '-r', '-z', '--full-tree', commit], { repo });
  const files: Array<{ path: string; blob: string }> = [];
  let at = listed.out.indexOf('.gitattributes\0');
  for (; at !== -1; at = listed.out.indexOf('.gitattributes\0', at + 1)) {
    const start = listed.out.lastIndexOf('\0', at) + 1;
    const [meta = '', path = ''] = listed.out.slice(start, at + '.gitattributes'.length).split('\t');
    const [mode, , blob = ''] = meta.split(' ');
    // git follows no link to an attributes file.
    if (mode !== '120000' && (path === '.gitattributes' || path.endsWith('/.gitattributes'))) files.push({ path, blob });
  }
  if (files.length === 0) return {};
  const name = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 32);
  const folder = join(repo, 'gt-attributes', name);
  if (!existsSync(folder)) await write(run, repo, folder, files);
  return { cwd: folder, env: { GIT_WORK_TREE: folder } };
}

async function write(
  run: Context['run'],
  repo: string,
  folder: string,
  files: ReadonlyArray<{ path: string; blob: string }>,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const made = await mkdtemp(`${folder}.`);
  for (const { path, blob } of files) {
    await mkdir(dirname(join(made, path)), { recursive: true });
    await writeFile(join(made, path), (await run(['cat-file', 'blob', blob], { repo })).out);
  }
  await rename(made, folder).catch(() => removeTree(made));
}
