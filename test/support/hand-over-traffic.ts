/** What is under way while a host hands over: each begins before every hand-over, and is judged after all of them. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SessionInfo } from '#world/pty/host';
import type { NudgeResult } from '#world/pty/nudge/asked';
import { readIndex } from '#world/pty/recording/shelf';
import type { UnderWay } from './hand-over-proof.ts';
import { MODEL_SCREEN } from './model-tui.ts';
import type { Ground, RunningHost } from './pty.ts';
import { printed, shell } from './pty.ts';
import { readAll } from './recorder.ts';
import { until } from './until.ts';

const PASTE_BYTES = 1_000_000;
const EATER = `stty raw -echo; printf ready; while :; do head -c ${PASTE_BYTES} | cksum; done`;
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

const TUI = fileURLToPath(new URL('./small-tui.mjs', import.meta.url));

/** Nudges under way at each hand-over, in a program that redraws and takes an early Enter for a new line: each is sent once, in order, and told as taken. */
export async function nudges(ground: Ground, running: RunningHost): Promise<UnderWay> {
  const log = join(ground.dir, 'nudged.log');
  const host = await running.connect(1);
  const { env, cwd } = shell(ground, 'nudged', '');
  await host.spawn({ id: 'nudged', argv: [process.execPath, TUI, log, '80', '0'], cwd, env });
  const texts: string[] = [];
  const told: NudgeResult[] = [];
  const one = async (turn: number, index: number) => {
    const text = `nudge ${turn}.${index}`;
    texts.push(text);
    const submit = { enter_after_ms: 50 };
    told.push(
      await host.nudge({ id: 'nudged', nudge: `n${turn}.${index}`, text, mode: 'wait-idle', screen: MODEL_SCREEN, submit }),
    );
  };
  return {
    name: 'nudge',
    begin: async (_, turn) => {
      const over = Promise.all([0, 1, 2].map((index) => one(turn, index)));
      over.catch(() => undefined);
      // one of them is being typed
      const isBegun = async () => (await host.nudges('nudged')).some(({ step }) => step !== 'waiting') || told.length > turn * 3;
      await until('a nudge is begun', isBegun, 60_000);
      return { over };
    },
    check: async () => {
      host.close();
      const noted = readFileSync(log, 'utf8').trim().split('\n');
      const sent = noted.flatMap((line) => (JSON.parse(line) as { sent?: string }).sent ?? []);
      const outcomes = told.map(({ outcome }) => outcome);
      // one that was looked at in a bad moment is told as unknown, truly, and was sent at most once
      const isTold = outcomes.every((outcome) => outcome === 'taken' || outcome === 'unknown');
      if (
        !isTold ||
        new Set(sent).size !== sent.length ||
        sent.some((text, at) => at > 0 && texts.indexOf(text) <= texts.indexOf(sent[at - 1] ?? ''))
      )
        throw new Error(`nudges: ${outcomes}; sent ${sent}`);
      if (sent.length < outcomes.filter((outcome) => outcome === 'taken').length)
        throw new Error(`told as taken, but not: ${sent}`);
    },
  };
}
