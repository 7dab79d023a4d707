import { execFile } from 'node:child_process';
import { mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Refusal } from '#core/refusals';
import { writeMayorNote } from '#world/agents/context-notes';
import { missingInTown, writeRoleSettings } from '#world/agents/role-settings';
import { writeNew as writeSynced } from './json-file.ts';
import { townLayout } from './layout.ts';
import { newTownId, readTown, type TownFile } from './town.ts';

/** What a town's git leaves out: the runtime, transient settings, and every clone and worktree, which are repositories of their own. */
const IGNORED = `.runtime/
.beads-wisp/
*/.repo.git/
*/mayor/rig/
*/refinery/rig/
*/polecats/*/
*/crew/*/
*.new
`;

/** A town that a power cut takes back is made again. */
const writeNew = (path: string, text: string) => writeSynced(path, text, { sync: false });
const asJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** Makes a town's directories and files; files that exist are left as they are. `mayor/town.json` comes last: with it the directory is a town. */
export function makeTown(input: { root: string; name: string; now: number }): TownFile | Refusal {
  const created = new Date(input.now).toISOString();
  mkdirSync(input.root, { recursive: true });
  const root = realpathSync(input.root);
  const town = townLayout(root);
  for (const folder of [
    town.mayor,
    town.deacon,
    town.plugins,
    town.formulas,
    town.wispSettingsFolder,
    town.logs,
    dirname(town.settingsFile),
  ])
    mkdirSync(folder, { recursive: true });
  writeNew(town.gitignore, IGNORED);
  writeNew(town.ledger, '');
  writeNew(town.settingsFile, asJson({ type: 'town-settings', version: 1 }));
  writeNew(town.agentsFile, asJson({ version: 1, agents: {} }));
  writeNew(town.rigsFile, asJson({ version: 1, rigs: {} }));
  writeRoleSettings(missingInTown(town));
  const file: TownFile = { type: 'town', version: 1, name: input.name, created_at: created, id: newTownId() };
  writeNew(town.townFile, asJson(file));
  writeMayorNote(root);
  return readTown(root);
}

const run = promisify(execFile);

/** Puts a town into git with a first commit, as the machine's git user, or as gt where there is none. A town that is in git already is left as it is. */
export async function townIntoGit(root: string, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const git = async (...words: string[]) => (await run('git', ['-C', root, ...words], { env: { ...env } })).stdout.trim();
  const top = await git('rev-parse', '--show-toplevel').catch(() => '');
  if (top === root && (await git('rev-parse', '--verify', '--quiet', 'HEAD').catch(() => '')) !== '') return;
  if (top !== root) await git('init', '--quiet');
  const known = (await git('config', 'user.email').catch(() => '')) !== '';
  await git('add', '--all');
  await git(
    ...(known ? [] : ['-c', 'user.name=gt', '-c', 'user.email=gt@localhost']),
    'commit',
    '--quiet',
    '--no-verify',
    '-m',
    'A new town',
  );
}
