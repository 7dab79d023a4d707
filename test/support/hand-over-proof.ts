/** Sessions that print and read all the time while their host hands over, again and again: nothing may be lost or come twice. */
import type { Host, SessionInfo } from '#world/pty/host';
import type { Ground, RunningHost } from './pty.ts';
import { printed, shell } from './pty.ts';
import { until } from './until.ts';

/**
 * Prints numbered lines all the time, and an answer to each line that it reads. The printer waits by reading from where nothing ever comes: a `read` of the
 * terminal that times out would lose what it has read of a line.
 */
const TALKER = `stty -echo; echo ready; exec 9<> <(:)
i=0; while :; do echo "out $i"; i=$((i+1)); read -r -t 0.02 -u 9 nothing; done &
while IFS= read -r line; do [ "$line" = quit ] && break; echo "in $line"; done
kill $!; wait $! 2>/dev/null; exit "$CODE"`;

/** Something that is under way at each hand-over: begun before it, and checked after all of them. */
export type UnderWay = {
  readonly name: string;
  /** Resolves when it has begun; the promise that it gives, when it is over. */
  readonly begin: (host: Host, turn: number) => Promise<{ over: Promise<unknown> }>;
  readonly check: (host: Host, turns: number) => Promise<void>;
};

type Talker = { readonly id: string; readonly code: number; readonly pid: number; text: string; seq: number; said: number };

/** The proof: `sessions` talkers over `turns` hand-overs, with what is under way at each. Throws with what was lost. */
export async function handOverProof(
  ground: Ground,
  running: RunningHost,
  { sessions, turns, underWay }: { sessions: number; turns: number; underWay: readonly UnderWay[] },
): Promise<{ pids: number[]; outlasted: number }> {
  const host = await running.connect(1);
  const talkers: Talker[] = [];
  for (let index = 0; index < sessions; index++) {
    const id = `talker-${index}`;
    const code = 10 + (index % 50);
    const asked = shell(ground, id, '');
    const { pid } = await host.spawn({ ...asked, argv: ['bash', '-c', TALKER], env: { ...asked.env, CODE: String(code) } });
    await printed(host, id, 'ready');
    talkers.push({ id, code, pid, text: '', seq: 0, said: 0 });
  }
  let isOver = false;
  const all = talkers.map((talker) => converse(host, talker, () => isOver));
  for (const one of all) one.catch(() => undefined); // awaited in the end
  const pids = [running.pid];
  for (let turn = 0; turn < turns; turn++) {
    const begun = await Promise.all(underWay.map((what) => what.begin(host, turn)));
    pids.push((await host.handOver(running.programOf(`turn-${turn}`), { waitMs: 60_000 })).pid);
    await Promise.all(begun.map(({ over }) => over));
    // every talker is heard after each, so that none waits for the end
    const before = talkers.map(({ said }) => said);
    await until('all go on talking', () => talkers.every(({ said }, index) => said > (before[index] ?? 0)), 120_000);
  }
  isOver = true;
  const ends = await Promise.all(all);
  for (const what of underWay) await what.check(host, turns);
  for (const [index, end] of ends.entries()) judge(talkers[index] as Talker, end);
  return { pids, outlasted: talkers.reduce((sum, { seq }) => sum + seq, 0) };
}

/** Says one line after the other, hears all, and ends the talker. */
async function converse(host: Host, talker: Talker, isOver: () => boolean): Promise<SessionInfo> {
  const { id } = talker;
  for (;;) {
    const isLast = isOver();
    await host.write(id, isLast ? 'quit\n' : `${talker.said}\n`);
    if (isLast) break;
    const answer = `in ${talker.said}\r\n`;
    const from = talker.text.length;
    const isAnswered = async () => {
      await hear(host, talker);
      return talker.text.includes(answer, from);
    };
    await until(`${id} answers`, isAnswered, 60_000);
    talker.said++;
  }
  const end = await until(
    `${id} ends`,
    async () => {
      await hear(host, talker);
      const info = await host.get(id);
      return info?.state === 'drained' && info;
    },
    120_000,
  );
  await hear(host, talker);
  return end;
}

/** Hears what is new. */
async function hear(host: Host, talker: Talker): Promise<void> {
  const output = await host.output(talker.id, talker.seq);
  if (!output) throw new Error(`${talker.id} is not known any more`);
  if (output.from !== talker.seq) throw new Error(`${talker.id}: bytes ${talker.seq} to ${output.from} were not heard`);
  talker.text += output.bytes.toString();
  talker.seq = output.seq;
}

function judge({ id, code, text, said, pid }: Talker, end: SessionInfo): void {
  const lines = text.split('\r\n').slice(1, -1);
  const numbers = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const inOrder = (found: string[]) => found.every((number, index) => number === String(index));
  const outs = numbers('out');
  const ins = numbers('in');
  if (lines.length !== outs.length + ins.length) throw new Error(`${id}: some lines are no lines: ${text.slice(-400)}`);
  if (!inOrder(outs))
    throw new Error(`${id}: a line was lost or came twice: ${outs.filter((n, i) => n !== String(i)).slice(0, 3)}`);
  if (!inOrder(ins) || ins.length !== said)
    throw new Error(`${id}: of ${said} lines said, ${ins.length} were heard: ${ins.slice(-9)}`);
  if (end.exit?.code !== code || end.pid !== pid) throw new Error(`${id} ended as ${JSON.stringify(end.exit)}, not with ${code}`);
}
