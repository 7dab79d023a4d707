import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Host } from '#world/pty/host';
import type { NudgeResult } from '#world/pty/nudge/asked';
import { connectSoakHost } from './soak-host.ts';
import type { Told } from './soak-nudges-proof.ts';
import { playedBy } from './stand-in/command.ts';

/** Nudges of one session that are asked for at a time, and attempts for one. */
const AT_ONCE = 4;
const ATTEMPTS = 6;
/** An asker is killed when so many of its nudges have ended: the share of all, and the least. */
const SHARE = 6;
const LEAST = 5;
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

type Asked = { readonly id: string; readonly like: string };

/** Asks for these nudges of a session, in their order, until each has ended or was tried often enough. */
export async function askAll(
  ask: <T>(what: (host: Host) => Promise<T>) => Promise<T>,
  { id, like }: Asked,
  numbers: readonly number[],
  told: (one: Told) => void,
): Promise<void> {
  const { screen, submit, keys, terminal } = playedBy(like).preset;
  const left = [...numbers];
  const one = async (n: number) => {
    const text = `[soak] #${n} for ${id}: go on with the work at hand${n % 5 === 0 ? '\nand mind\nthe rest' : ''}`;
    const asked = { nudge: `${id}-${n}`, id, text, mode: 'wait-idle' as const, screen, submit, keys, terminal };
    const results: NudgeResult[] = [];
    do results.push(await ask((host) => host.nudge(asked)));
    while (results.length < ATTEMPTS && ['not-sent', 'draft-left'].includes(results.at(-1)?.outcome ?? ''));
    told({ session: id, n, results });
  };
  // in order: the next is asked for when an earlier one has ended
  const worker = async () => {
    for (let n = left.shift(); n !== undefined; n = left.shift()) await one(n);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The same by processes that are killed in the middle of it: the next asks again, by the same ids, for all that had not ended. @returns how many were killed */
export async function askByMortals(dir: string, asked: Asked, count: number, told: (one: Told) => void): Promise<number> {
  const left = new Set(Array.from({ length: count }, (_, n) => n));
  /** Asked for when an asker died: it may come later than its turn. */
  const cut = new Set<number>();
  let kills = 0;
  while (left.size > 0) {
    const words = [MAIN, 'soak-asker', JSON.stringify({ dir, ...asked, numbers: [...left] })];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(child, 'exit');
    let ended = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const one = readTold(line);
      if (!one || !left.delete(one.n)) continue;
      const before: NudgeResult[] = cut.has(one.n) ? [{ outcome: 'not-sent', why: 'who asked was killed' }] : [];
      told({ ...one, results: [...before, ...one.results] });
      if (++ended >= Math.max(LEAST, count / SHARE)) child.kill('SIGKILL');
    }
    const [code, signal] = (await exit) as [number | null, string | null];
    if (signal !== 'SIGKILL' && (code !== 0 || left.size > 0))
      throw new Error(`who asked for ${asked.id} ended with ${code ?? signal}`);
    if (signal === 'SIGKILL') kills++;
    for (const n of [...left].slice(0, AT_ONCE)) cut.add(n);
  }
  return kills;
}

/** The last line of one that was killed may be torn. */
function readTold(line: string): Told | undefined {
  try {
    return JSON.parse(line) as Told;
  } catch {
    return undefined;
  }
}

/** What the process does: `word` is as `askByMortals` writes it; a line for each nudge that has ended. */
export async function askAsProcess(word: string, say: (line: string) => void): Promise<void> {
  const { dir, numbers, ...asked } = JSON.parse(word) as Asked & { dir: string; numbers: number[] };
  const host = await connectSoakHost(dir);
  await askAll(
    (what) => what(host),
    asked,
    numbers,
    (one) => say(JSON.stringify(one)),
  );
  host.close();
}
