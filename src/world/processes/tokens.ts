import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Being, bornOf, ended, isAlive, signal } from './process.ts';

/** A process that carries the token of a town in its environment, with its command line (at most 200 characters). */
export type Bearer = Being & { readonly token: string; readonly command: string };

const TOKENS = /(?:^|\0)((?:GT_SESSION|GT_WORKER)=([a-z0-9]+)\.[^\0]*)/;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** Every process of this town by its token: agents and what they started (GT_SESSION), git and checks of the worker (GT_WORKER). Never this process. */
export function bearersOf(townId: string): Bearer[] {
  const found: Bearer[] = [];
  for (const name of processIds()) {
    const pid = Number(name);
    if (pid === process.pid) continue;
    const environment = read(`/proc/${pid}/environ`);
    const [, token, town] = environment?.match(TOKENS) ?? [];
    if (!token || town !== townId) continue;
    const born = bornOf(pid);
    if (!born) continue;
    const command = (read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim().slice(0, 200);
    found.push({ pid, born, token, command });
  }
  return found;
}

function processIds(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

const QUIET_SCANS = 2;
const MOST_ROUNDS = 50;

/**
 * Ends every process that carries this town's token: TERM, `graceMs`, then STOP (so that none forks while we look) and KILL, until two scans in a row are
 * empty. Answers whom it signalled, and who is left all the same.
 */
export async function sweep(townId: string, graceMs: number): Promise<{ signalled: Bearer[]; left: Bearer[] }> {
  const signalled = new Map<string, Bearer>();
  const note = (bearers: Bearer[]) => {
    for (const bearer of bearers) signalled.set(`${bearer.pid}/${bearer.born}`, bearer);
    return bearers;
  };
  const asked = note(bearersOf(townId));
  for (const bearer of asked) signal(bearer, 'SIGTERM');
  const deadline = performance.now() + graceMs;
  for (const bearer of asked) await ended(bearer, Math.max(0, deadline - performance.now()));
  let quiet = 0;
  for (let round = 0; quiet < QUIET_SCANS && round < MOST_ROUNDS; round++) {
    const alive = note(bearersOf(townId));
    quiet = alive.length === 0 ? quiet + 1 : 0;
    for (const bearer of alive) signal(bearer, 'SIGSTOP');
    for (const bearer of alive) signal(bearer, 'SIGKILL');
    if (quiet < QUIET_SCANS) await pause(20);
  }
  return { signalled: [...signalled.values()], left: [...signalled.values()].filter(isAlive) };
}
