/** Sessions that print and read all the time while their host hands over, again and again: nothing may be lost or come twice. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Host, SessionInfo } from '#world/pty/host';
import { readIndex } from '#world/pty/recording/shelf';
import type { Ground, RunningHost } from './pty.ts';
import { printed, shell } from './pty.ts';
import { readAll } from './recorder.ts';
import { until } from './until.ts';

/**
 * Prints numbered lines all the time, and an answer to each line that it reads. The printer waits by reading from where nothing ever comes: a `read` of the
 * terminal that times out would lose what it has read of a line.
 */
const TALKER = `stty -echo; echo ready; exec 9<> <(:)
i=0; while :; do echo "out $i"; i=$((i+1)); read -r -t 0.02 -u 9 nothing; done &
while IFS= read -r line; do [ "$line" = quit ] && break; echo "in $line"; done
kill $!; wait $! 2>/dev/null; exit "$CODE"`;

const PASTE_BYTES = 1_000_000;
const EATER = `stty raw -echo; printf ready; while :; do head -c ${PASTE_BYTES} | cksum; done`;

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

const FLOOD_LINES = 150_000;
const FLOOD_LINE = 'a line that is printed as fast as it goes';

/** A program at each hand-over that prints as fast as it goes, asks its terminal something in the middle, and ends: its last byte is counted. */
export function floods(ground: Ground): UnderWay {
  const half = `yes '${FLOOD_LINE}' | head -n ${FLOOD_LINES / 2}`;
  const line = `stty -echo -icanon; ${half}; printf '\\033[c'; head -c 7 >/dev/null; ${half}; exit 3`;
  // the question, and a carriage return for each newline
  const bytes = FLOOD_LINES * (FLOOD_LINE.length + 2) + 3;
  return {
    name: 'flood',
    begin: async (host, turn) => {
      const id = `flood-${turn}`;
      await host.spawn(shell(ground, id, line));
      await until(`${id} has begun`, async () => ((await host.get(id))?.seq ?? 0) > 0);
      const isDrained = async () => {
        const info = await host.get(id);
        return info?.state === 'drained' && info;
      };
      return { over: until(`${id} ends`, isDrained, 120_000) };
    },
    check: async (host, turns) => {
      for (let turn = 0; turn < turns; turn++) {
        const { seq, exit } = (await host.get(`flood-${turn}`)) as SessionInfo;
        if (seq !== bytes || exit?.code !== 3)
          throw new Error(`flood ${turn}: ${seq} of ${bytes} bytes, ${JSON.stringify(exit)}`);
      }
    },
  };
}

/** A recorded session that counts all the time, and is resized at each hand-over: its recording has each line once, in one part. */
export async function recordings(ground: Ground, running: RunningHost): Promise<UnderWay> {
  const dir = join(ground.dir, 'recording');
  const host = await running.connect(1);
  const count = 'exec 9<> <(:); i=0; while :; do echo "at $i"; i=$((i+1)); read -r -t 0.01 -u 9 nothing; done';
  const asked = shell(ground, 'recorded', '');
  await host.spawn({ ...asked, argv: ['bash', '-c', `stty -echo; ${count}`], record: { dir } });
  await printed(host, 'recorded', 'at 0');
  host.close();
  return {
    name: 'recording',
    begin: async (client, turn) => ({ over: client.resize('recorded', 80 + turn, 24) }),
    check: async (client, turns) => {
      await client.kill('recorded', { graceMs: 0 });
      await until('the recording is closed', async () => (await readIndex(dir))?.end !== undefined);
      const events = (await readAll(dir)).flatMap((part) => part.events);
      const text = events.map(({ kind, text: said }) => (kind === 'o' ? said : '')).join('');
      const numbers = [...text.matchAll(/at (\d+)\r\n/g)].map(([, number]) => number);
      const { seq } = (await client.get('recorded')) as SessionInfo;
      if (text.length !== seq || numbers.some((number, index) => number !== String(index)))
        throw new Error(`of ${seq} bytes ${text.length} are recorded`);
      const sizes = events.filter(({ kind }) => kind === 'r').map(({ text: size }) => size);
      if (sizes.join() !== Array.from({ length: turns }, (_, turn) => `${80 + turn}x24`).join()) throw new Error(`${sizes}`);
    },
  };
}

/** A paste of 1 MB at each hand-over, into a program that says what it read. */
export async function pastes(ground: Ground, running: RunningHost): Promise<UnderWay> {
  const host = await running.connect(1);
  await host.spawn(shell(ground, 'eater', EATER));
  await printed(host, 'eater', 'ready');
  host.close();
  const text = Buffer.from(Array.from({ length: PASTE_BYTES }, (_, index) => 97 + ((index * 7) % 26)));
  const sum = String(spawnSync('cksum', { input: text }).stdout).trim();
  return {
    name: 'paste',
    begin: async (client) => ({ over: client.write('eater', text) }),
    check: async (client, turns) => {
      await until(
        `${turns} pastes arrive`,
        async () => {
          const read = (await client.output('eater'))?.bytes.toString().match(/\d+ \d+/g) ?? [];
          if (read.some((one) => one !== sum)) throw new Error(`a paste was torn: ${read}, not ${sum}`);
          return read.length === turns;
        },
        120_000,
      );
    },
  };
}

/** An attachment that types numbered lines and hears the answers, over all hand-overs: what it saw is what the session printed, byte by byte. */
export async function attachments(ground: Ground, running: RunningHost): Promise<UnderWay> {
  const host = await running.connect(1);
  await host.spawn(shell(ground, 'attached', 'stty -echo; echo ready; while IFS= read -r x; do echo "heard $x"; done'));
  await printed(host, 'attached', 'ready');
  let heard = '';
  let said = 0;
  const attached = await host.attach(
    'attached',
    { type: true, from: 0 },
    {
      onPaint: () => undefined,
      onOutput: (bytes) => {
        heard += bytes.toString();
      },
      onEnd: () => undefined,
    },
  );
  const say = () => {
    attached.keys(Buffer.from(`${said}\n`));
    said++;
  };
  return {
    name: 'attach',
    begin: async () => {
      for (let line = 0; line < 50; line++) say();
      const last = `heard ${said - 1}\r\n`;
      return { over: until('the attachment hears its last line', () => heard.includes(last), 120_000) };
    },
    check: async (client) => {
      attached.close();
      host.close();
      const printedAll = (await client.output('attached'))?.bytes.toString();
      const all = `ready\r\n${Array.from({ length: said }, (_, n) => `heard ${n}\r\n`).join('')}`;
      if (printedAll !== all) throw new Error(`a key was lost or came twice: ${printedAll?.slice(-300)}`);
      if (heard !== all) throw new Error(`the attachment heard other than what was printed: ${heard.slice(-300)}`);
    },
  };
}
