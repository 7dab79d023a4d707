import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { keysOf } from '#world/store/keys';
import type { TrialTown } from '../../src/trials/trial-town.ts';

/** Keys that change by themselves: what happened, what is remembered for a resend, who serves, when a patrol looked. */
const RESTLESS = /:b:(events|commit:|unseen$|epoch$|worker:|patrol:|i:patrols$|dispatch:)/;

/** Books, files and refs of a town as text: two are equal when nothing was changed in between. */
export async function fingerprint(town: TrialTown): Promise<string> {
  const link = await town.link();
  const { books } = keysOf(town.id);
  const keys = ((await link.call('KEYS', `${books.replace(/[{}]/g, '?')}*`)) as string[])
    .filter((key) => !RESTLESS.test(key))
    .sort();
  const lines: string[] = [];
  for (const key of keys) lines.push(`${key} ${await digest(town, key)}`);
  lines.push(...files(town.root).map((file) => `file ${file}`));
  for (const file of lines.filter((line) => line.endsWith('.repo.git/HEAD'))) {
    const repo = join(town.root, file.slice('file '.length), '..');
    lines.push(await town.git(repo, ['for-each-ref', '--format=%(refname) %(objectname)']));
  }
  return lines.join('\n');
}

async function digest(town: TrialTown, key: string): Promise<string> {
  const link = await town.link();
  const type = await link.call('TYPE', key);
  const read: { readonly [type: string]: readonly string[] } = {
    hash: ['HGETALL', key],
    set: ['SMEMBERS', key],
    zset: ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
    string: ['GET', key],
  };
  const value = await link.call(...(read[String(type)] ?? ['TYPE', key]));
  return JSON.stringify(type === 'set' ? (value as string[]).sort() : value);
}

/** Every file of the town but those of its processes, and of git's own bookkeeping. */
function files(root: string, folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.name === '.runtime' || entry.name === 'objects' || entry.name === 'logs' || entry.name === 'gt-attributes')
        return [];
      return entry.isDirectory() ? files(root, path) : [relative(root, path)];
    });
}
