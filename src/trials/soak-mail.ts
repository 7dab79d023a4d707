import { ROUNDS } from '#core/mail-loop';
import { postLetters } from '#ops/send-mail';
import { type Draw, drawn, upTo } from './seeded.ts';
import { type Judged, judgeMail, type SentMail } from './soak-mail-proof.ts';
import { MailTown, type Soaked, sure } from './soak-mail-town.ts';

/**
 * Mail among stand-ins of five programs, four with hooks and one without, in a real town whose worker and whose sessions are killed meanwhile. What reached each
 * agent is read from its stand-in's own notes: each mail once, in order per thread, and to nobody else; what is unknown is counted, and was not told twice.
 */
export type MailPlan = {
  readonly mails: number;
  readonly agents: number;
  readonly workers: number;
  readonly sessions: number;
  readonly seed: number;
};
const FULL_MAIL: Omit<MailPlan, 'seed'> = { mails: 1000, agents: 30, workers: 8, sessions: 40 };

/** A run ends with its third death in a row. */
const KILLS_EACH = 2;
/** Letters that wait for one agent on average, before the next is sent. */
const WAITING_EACH = 3;
const THREADS = 40;

type Say = (line: string) => void;
/** The newest mail of a thread, or one before it. */
type Open = { readonly id: string; readonly thread: string; readonly between: readonly Soaked[] };
/** Threads that may be answered, and how many mails each has: agents that go on for ever would be stopped (mail-loop.ts). */
type Talk = { readonly threads: Open[]; readonly sizes: Map<string, number> };

/** The plan that the words of a command line make; `now` is the seed unless they say another. */
export function readMailPlan(words: readonly string[], now: number): MailPlan {
  const plan: Record<string, number> = { ...FULL_MAIL, seed: now };
  for (const word of words) {
    const [, name = '', value = ''] = /^--(mails|agents|workers|sessions|seed)=(\d+)$/.exec(word) ?? [];
    if (name === '')
      throw new Error(`\`${word}\` is no word of this trial: use --mails=N, --agents=N, --workers=N, --sessions=N or --seed=N.`);
    plan[name] = Number(value);
  }
  return plan as unknown as MailPlan;
}

/** Runs the soak in a town of its own. @returns whether all was as it should be */
export async function soakMail(plan: MailPlan, say: Say): Promise<boolean> {
  const began = performance.now();
  const at = new MailTown();
  const faults: string[] = [];
  try {
    const agents = await at.begin(plan.agents);
    const since = () => Math.round((performance.now() - began) / 1000);
    say(`${plan.mails} mails among ${agents.length} agents, --seed=${plan.seed}; all are there after ${since()} s`);
    const sent = await sendAll(at, agents, plan, (count) => say(`${count} sent, ${since()} s`));
    await at.settled();
    const mails: SentMail[] = [];
    for (const { id, thread } of sent) mails.push({ id, thread, letters: await at.letters(id) });
    const notes = new Map(agents.map((agent) => [agent.line, at.notes(agent)]));
    const judged = judgeMail({ mails, notes, killed: at.killed });
    faults.push(...judged.faults);
    tell(judged, at, since(), say);
  } catch (fault) {
    faults.push(fault instanceof Error ? fault.message : String(fault));
  } finally {
    faults.push(...(await at.end()));
  }
  for (const fault of faults.slice(0, 20)) say(`  ${fault}`);
  say(faults.length === 0 ? 'each told once, in order, to nobody else' : `NOT GOOD: ${faults.length} faults`);
  return faults.length === 0;
}

function tell({ letters, told, unknown, lost, byHook, byTerminal }: Judged, at: MailTown, seconds: number, say: Say): void {
  say(`${at.workersKilled} workers and ${at.killed.length} sessions killed, ${seconds} s`);
  say(
    `${letters} letters: ${told} told once (${byHook} by hooks, ${byTerminal} by the terminal), ${unknown} unknown, ${lost} told to a program that was killed as it heard it`,
  );
}

/** Sends all, with the kills spread among them. */
async function sendAll(at: MailTown, agents: readonly Soaked[], plan: MailPlan, say: (count: number) => void) {
  const draw = drawn(plan.seed);
  const sent: Array<{ id: string; thread: string }> = [];
  const threads: Open[] = [];
  const talk: Talk = { threads, sizes: new Map() };
  const killsOf = new Map<string, number>();
  const due = (count: number, n: number) => Math.floor(((n + 1) * count) / plan.mails) > Math.floor((n * count) / plan.mails);
  for (let n = 0; n < plan.mails; n++) {
    const open = await sendOne(at, agents, talk, n, draw);
    sent.push({ id: open.id, thread: open.thread });
    if (threads.length < THREADS) threads.push(open);
    else threads[upTo(draw, THREADS - 1)] = open;
    const half = Math.floor(plan.mails / 2);
    if (due(plan.workers, (n + half / 3) % plan.mails)) await at.killWorker();
    if (due(plan.sessions, n)) await killOne(at, agents, killsOf, draw);
    if ((n + 1) % 100 === 0) say(n + 1);
    if (n % 10 === 0)
      await at.town.until(
        'some mail is told',
        async () => (await at.waiting(agents)) < WAITING_EACH * agents.length,
        180_000,
        100,
      );
  }
  return sent;
}

async function killOne(at: MailTown, agents: readonly Soaked[], killsOf: Map<string, number>, draw: Draw): Promise<void> {
  const from = upTo(draw, agents.length - 1);
  for (let i = 0; i < agents.length; i++) {
    const { line } = agents[(from + i) % agents.length] as Soaked;
    if ((killsOf.get(line) ?? 0) >= KILLS_EACH || !(await at.killSession(line))) continue;
    killsOf.set(line, (killsOf.get(line) ?? 0) + 1);
    return;
  }
}

/** One mail: the next of a thread, or the first of one between two or three agents. */
async function sendOne(at: MailTown, agents: readonly Soaked[], { threads, sizes }: Talk, n: number, draw: Draw): Promise<Open> {
  const pick = () => agents[upTo(draw, agents.length - 1)] as Soaked;
  const drawn = draw() < 0.5 ? threads[upTo(draw, threads.length)] : undefined;
  const old = drawn && (sizes.get(drawn.thread) ?? 0) < ROUNDS ? drawn : undefined;
  const between = old?.between ?? [...new Set([pick(), pick(), ...(draw() < 0.2 ? [pick()] : [])])];
  const writer = between[upTo(draw, between.length - 1)] as Soaked;
  const others = between.filter((one) => one !== writer);
  const readers = others.length > 0 ? others : [writer];
  const long = draw() < 0.04;
  const text = `mail ${n} says: ${long ? 'all of it, '.repeat(1200) : 'go on with the work at hand'}${draw() < 0.3 ? '\nand mind the rest\n- of it' : ''}`;
  const mail = {
    from: writer.box,
    fromLine: writer.line,
    to: readers.map(({ box }) => box),
    text,
    priority: draw() < 0.1 ? 1 : 2,
    ...(old && { replyTo: old.id }),
  };
  const boxes = readers.map(({ box, line }) => ({ box, line }));
  const { id, thread } = sure(await postLetters(at.desk, mail, boxes));
  sizes.set(thread, (sizes.get(thread) ?? 0) + 1);
  return { id, thread, between };
}
