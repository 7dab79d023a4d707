import { readdir, readFile } from 'node:fs/promises';

/** Kills whatever carries one of the tokens in its environment, and the leader's group, until two scans in a row find nobody. Enough for tests; the product has its own. */
export async function killTree(input: {
  leader?: { pid: number; born: string };
  tokens: readonly string[];
  graceMs: number;
}): Promise<{ left: number[] }> {
  if (input.leader !== undefined) signal(-input.leader.pid, 'SIGTERM');
  let empty = 0;
  for (let scan = 0; scan < 500 && empty < 2; scan++) {
    const found = await holders(input.tokens);
    empty = found.length === 0 ? empty + 1 : 0;
    for (const pid of found) signal(pid, 'SIGKILL');
  }
  return { left: await holders(input.tokens) };
}

/** Living processes (no zombies) with one of these tokens (`NAME=value`) in their environment. */
export async function holders(tokens: readonly string[]): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').some((entry) => tokens.includes(entry))) found.push(Number(pid));
  }
  return found;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}
