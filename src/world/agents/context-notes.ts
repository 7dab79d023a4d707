import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isRefusal } from '#core/refusals';
import { rolePrompt } from '#core/role-prompt';
import { actorFor } from '#core/roles';
import { readText, writeWhole } from '#world/config/json-file';
import { type RigLayout, rigLayout, type TownLayout, townLayout } from '#world/config/layout';
import { readPlain } from '#world/config/plain-file';
import { readTown } from '#world/config/town';
import { gitDirOf } from '#world/git/admin';
import { promptFiles, targetOf } from './prompt-files.ts';

/**
 * The files `CLAUDE.md` that gt puts on disk: the mayor's, that of the mayor's clone of a rig, and that of a refinery while an agent sits in it. Every other
 * agent is told by `gt prime`. The first line says that gt wrote it, and proves that nobody has changed it since: such a file is written anew or removed,
 * any other is left alone.
 */
const FIRST_LINE = /^<!-- Written by gt \(([0-9a-f]{16})\)[^\n]*-->\n\n/;
const digest = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, 16);

/** A longer one is not of gt. */
const NOTE_BYTES = 1024 * 1024;

/** Whether a file is there, and whether it is as gt wrote it. What is no file, or cannot be read, is somebody's. */
export function noteIs(file: string): 'absent' | 'ours' | 'theirs' {
  const read = readPlain(file, NOTE_BYTES);
  if (read === undefined) return 'absent';
  const text = 'text' in read ? read.text : '';
  const sum = FIRST_LINE.exec(text)?.[1];
  return sum !== undefined && sum === digest(text.replace(FIRST_LINE, '')) ? 'ours' : 'theirs';
}

function write(file: string, body: string): void {
  const text = `<!-- Written by gt (${digest(body)}). Change it, and gt leaves it alone. -->\n\n${body}`;
  if (noteIs(file) !== 'theirs' && readText(file) !== text) writeWhole(file, text);
}

/** Writes `mayor/CLAUDE.md`: who the mayor is, with the town's overlay. Nothing in a directory that is no town. */
export function writeMayorNote(root: string): void {
  const town = readTown(root);
  if (isRefusal(town)) return;
  const layout = townLayout(root);
  const { shipped, overlays } = promptFiles(layout, { role: 'mayor' });
  const values = { role: 'mayor', actor: 'mayor', town: town.name, root, dir: layout.mayor };
  write(layout.mayorClaudeMd, `${rolePrompt('mayor', shipped, overlays, values).text}\n`);
}

/** Writes the `CLAUDE.md` of the mayor's clone of a rig, hidden from its git. Nothing where there is no such clone, or where its repository has a file of this name. */
export async function writeCloneNote(rig: string, layout: RigLayout): Promise<void> {
  const admin = await gitDirOf(layout.mayorClone);
  if (admin === undefined || (await isTracked(layout.mayorClone))) return;
  hideIn(admin);
  write(
    cloneNote(layout),
    `This is the mayor's clone of rig ${rig}: for looking at its code and its history. No agent works here. Change, commit and push nothing: work is an item (\`bd create\`) that a polecat does (\`gt sling\`).\n`,
  );
}

/**
 * Writes the `CLAUDE.md` of a refinery in which an agent sits, or takes it away when none does any more. Its worktree has to hide the file already
 * (`CONTEXT_FILES`), and is told that the file may be there all the same: then it is nobody's change, also where the repository has one of this name.
 */
export async function setRefineryNote(town: TownLayout, name: string, rig: string, wanted: boolean): Promise<void> {
  const layout = rigLayout(town.root, rig);
  const file = refineryNote(layout);
  if (!wanted) {
    if (noteIs(file) === 'ours') rmSync(file);
    return;
  }
  if (!existsSync(join(layout.refinery, '.git'))) return;
  await git(layout.refinery, 'config', '--worktree', 'sparse.expectFilesOutsideOfPatterns', 'true');
  const who = { role: 'refinery', rig } as const;
  const { shipped, overlays } = promptFiles(town, who);
  const values = {
    ...who,
    actor: actorFor(who),
    town: name,
    root: town.root,
    dir: layout.refinery,
    target: targetOf(town.root, rig),
  };
  write(file, `${rolePrompt('refinery', shipped, overlays, values).text}\n`);
}

export const cloneNote = (layout: RigLayout): string => join(layout.mayorClone, 'CLAUDE.md');
export const refineryNote = (layout: RigLayout): string => join(layout.refinery, 'CLAUDE.md');

const isTracked = async (dir: string): Promise<boolean> => (await git(dir, 'ls-files', '--', 'CLAUDE.md')) !== '';

const git = async (dir: string, ...words: string[]): Promise<string> =>
  (await promisify(execFile)('git', ['-C', dir, ...words])).stdout.trim();

/** Hides the file from `git add -A` and from a stash, in this clone alone. */
function hideIn(admin: string): void {
  const file = join(admin, 'info', 'exclude');
  const text = readText(file) ?? '';
  if (text.split('\n').includes('/CLAUDE.md')) return;
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}/CLAUDE.md\n`);
}
