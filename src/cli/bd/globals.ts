import { dirname, resolve } from 'node:path';
import type { Io } from '#cli/command';
import { gitName } from './git-name.ts';

/**
 * bd's own global options and variables, turned into those of gt: bd has learnt and forgotten several, and agents type all of them.
 * `-C DIR` is the directory, `--actor` and BEADS_ACTOR say who writes (else the person's own name in git's settings), `--db`, BEADS_DIR, BEADS_DB lead to the town; `--format json` and BD_JSON are `--json`.
 */
const IGNORED = ['--allow-stale', '--flat', '--no-daemon', '--sandbox', '--readonly', '--no-pager', '-v', '--verbose'];
const VALUED = ['-C', '--directory', '--db', '--actor', '--format'];

/** The words and the world of a call of bd, as gt reads them. */
export function translated(argv: readonly string[], io: Io): { argv: string[]; io: Io } {
  const words: string[] = [];
  const given = new Map<string, string>();
  const left = [...argv];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--') {
      words.push('--', ...left);
      break;
    }
    const [flag = '', ...value] = word.split('=');
    if (IGNORED.includes(word)) continue;
    if (VALUED.includes(flag)) given.set(flag, value.length > 0 ? value.join('=') : (left.shift() ?? ''));
    else if (word === '-q') words.push('--quiet');
    else if (word === '-V') words.push('version');
    else words.push(word);
  }
  const { env } = io;
  const json = given.get('--format') === 'json' || isOn(env['BD_JSON']);
  if (json && !words.includes('--json')) words.unshift('--json');
  const cwd = resolve(io.cwd, given.get('-C') ?? given.get('--directory') ?? '.');
  const actor = given.get('--actor') || env['BEADS_ACTOR'] || env['BD_ACTOR'] || gitName(env) || env['USER'];
  const data = given.get('--db') ?? env['BEADS_DIR'] ?? env['BEADS_DB'] ?? env['BD_DB'];
  // A folder of beads lies in its rig or its town; the town is found from there.
  const from = data ? dirname(resolve(cwd, data)) : cwd;
  return { argv: words, io: within(io, { cwd: from, env: { ...env, ...(actor ? { BD_ACTOR: actor } : {}) } }) };
}

/** Whether a variable of the environment is set to anything that means yes. */
export const isOn = (value: string | undefined): boolean => value !== undefined && !['', '0', 'false'].includes(value);

/** The same world with other surroundings; what is read on demand stays so. */
function within(io: Io, more: Pick<Io, 'cwd' | 'env'>): Io {
  return Object.create(io, Object.getOwnPropertyDescriptors(more)) as Io;
}
