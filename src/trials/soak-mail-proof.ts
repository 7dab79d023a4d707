import type { Letter } from '#core/records';
import type { Note } from './stand-in/notes.ts';

/** A note of a stand-in, with when and by which process. */
export type Logged = Note & { readonly at: number; readonly pid?: number };

/** A mail as it was sent: its place in its thread follows from the order of all. */
export type SentMail = { readonly id: string; readonly thread: string; readonly letters: readonly Letter[] };

export type MailRun = {
  readonly mails: readonly SentMail[];
  /** What the stand-ins of each agent noted, by its line. */
  readonly notes: ReadonlyMap<string, readonly Logged[]>;
  readonly killed: ReadonlyArray<{ readonly session: string; readonly at: number }>;
};

export type Judged = {
  readonly faults: readonly string[];
  readonly letters: number;
  readonly told: number;
  readonly unknown: number;
  /** Told to a program that was killed before it could note it. */
  readonly lost: number;
  readonly byHook: number;
  readonly byTerminal: number;
};

/** A hook that was printed for a program that was killed: the books know of it within this of the kill. */
const LAST_HOOK_MS = 30_000;

type Reached = { readonly id: string; readonly how: 'hook' | 'terminal' };

/** The mails that reached an agent, in order: typed at its prompt, or told by a hook. */
function reached(notes: readonly Logged[]): Reached[] {
  return notes.flatMap((note) => {
    if (note.kind === 'submit') return mailsIn(note.text, 'terminal');
    return note.kind === 'hook' ? mailsIn(`${note.context ?? ''}\n${note.block ?? ''}`, 'hook') : [];
  });
}

const mailsIn = (text: string, how: Reached['how']): Reached[] =>
  [...text.matchAll(/^\[GAS TOWN\] Mail (\S+) from /gm)].map((found) => ({ id: found[1] ?? '', how }));

/** Holds what the stand-ins noted against what the books say: each mail once, in order per thread, to nobody else. */
export function judgeMail({ mails, notes, killed }: MailRun): Judged {
  const order = new Map(mails.map(({ id }, i) => [id, i]));
  const threads = new Map(mails.map(({ id, thread }) => [id, thread]));
  const faults: string[] = [];
  const counts = { letters: 0, told: 0, unknown: 0, lost: 0, byHook: 0, byTerminal: 0 };
  const times = new Map<string, number>();
  const meant = new Set(mails.flatMap(({ id, letters }) => letters.map(({ line }) => `${id} ${line}`)));
  for (const [line, logged] of notes) {
    const last = new Map<string, number>();
    for (const { id, how } of reached(logged)) {
      const key = `${id} ${line}`;
      if (!meant.has(key)) faults.push(`${id} reached ${line}, for which it was not meant`);
      times.set(key, (times.get(key) ?? 0) + 1);
      counts[how === 'hook' ? 'byHook' : 'byTerminal']++;
      const thread = threads.get(id) ?? id;
      const at = order.get(id) ?? -1;
      if (at < (last.get(thread) ?? -1)) faults.push(`${id} reached ${line} out of order in thread ${thread}`);
      last.set(thread, at);
    }
  }
  for (const { id, letters } of mails)
    for (const letter of letters) {
      if (letter.line === undefined) continue;
      counts.letters++;
      const count = times.get(`${id} ${letter.line}`) ?? 0;
      if (count > 1) faults.push(`${id} reached ${letter.line} ${count} times`);
      if (letter.told === 'unknown') counts.unknown++;
      else if (letter.told !== 'told') faults.push(`${id} for ${letter.line} is ${letter.told}`);
      else if (count >= 1) counts.told++;
      else if (isLost(letter, killed)) counts.lost++;
      else faults.push(`${id} is told to ${letter.line}, whose stand-in knows nothing of it`);
    }
  return { faults, ...counts };
}

const isLost = ({ session, toldAt = 0 }: Letter, killed: MailRun['killed']): boolean =>
  killed.some((one) => one.session === session && Math.abs(toldAt - one.at) < LAST_HOOK_MS);
