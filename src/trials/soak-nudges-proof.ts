import type { NudgeResult } from '#world/pty/nudge/asked';
import type { Draft, Person } from './soak-people.ts';
import type { Note } from './stand-in/notes.ts';

/** What was told of the nth nudge of a session, attempt by attempt. */
export type Told = { readonly session: string; readonly n: number; readonly results: readonly NudgeResult[] };

export type Judged = { readonly ok: boolean; readonly lines: readonly string[] };

/** A note, and when it was made, ms since 1970. */
export type Noted = Note & { readonly at: number };

/** `enters`: when the host pressed Enter, ms since 1970, by session. */
type Run = {
  readonly seconds: number;
  /** Connections lost, and askers killed. */
  readonly losses: number;
  readonly kills: number;
  readonly enters: ReadonlyMap<string, readonly number[]>;
  readonly people: ReadonlyMap<string, Pick<Person, 'drafts' | 'enters'>>;
};

const FAULTS_SHOWN = 20;

/** Faults of one person's drafts. */
function draftFaults(session: string, drafts: readonly Draft[], notes: readonly Noted[]): string[] {
  return drafts.flatMap(({ text, became }) => {
    const sent = notes.filter((note) => note.kind === 'submit' && note.text === text).length;
    if (became === 'lost') return [`${session}: the draft \`${text}\` was lost`];
    return sent === (became === 'sent' ? 1 : 0)
      ? []
      : [`${session}: the draft \`${text}\` was ${became}, but sent ${sent} times`];
  });
}

function draftsOf(people: Run['people']): string {
  const all = [...people.values()].flatMap(({ drafts }) => drafts);
  const counts = (['sent', 'erased', 'unheard', 'mixed'] as const).map(
    (kind) => `${all.filter(({ became }) => became === kind).length} ${kind}`,
  );
  return `${all.length} drafts of people (${counts.join(', ')})`;
}

type Hit = { readonly isSeen: boolean; readonly isAnswer: boolean; readonly text: string };

/**
 * Keys that were not a person's and met a dialog. Seen: the terminal had the whole dialog before the host pressed the last Enter that can have been it;
 * else the two crossed on their way, which no look can know.
 */
function dialogsHit(notes: readonly Noted[], enters: readonly number[], mine: readonly number[] = []): Hit[] {
  const hits: Hit[] = [];
  let shown = Number.POSITIVE_INFINITY;
  for (const note of notes) {
    if (note.kind === 'dialog') shown = Number.POSITIVE_INFINITY;
    if (note.kind === 'shown') shown = note.at;
    const isAnswer = note.kind === 'answered' && note.by !== 'person';
    if (!isAnswer && note.kind !== 'deaf') continue;
    const pressed = enters.findLast((at) => at <= note.at) ?? note.at;
    if (mine.some((at) => at >= pressed && at <= note.at)) continue; // a person's own
    const gap = `${pressed - shown} ms after it was shown`;
    const text = `${isAnswer ? `the dialog ${note.name} was answered by ${note.by}` : `an Enter came to the dialog ${note.name}`}, pressed ${gap}`;
    hits.push({ isSeen: pressed > shown, isAnswer, text });
  }
  return hits;
}

/** Faults of one session: what it noted against what was told. */
function faultsOf(session: string, told: readonly Told[], notes: readonly Noted[], hits: readonly Hit[]): string[] {
  const faults = hits.flatMap(({ isSeen, text }) => (isSeen ? [`${session}: ${text}`] : []));
  const sent = new Map<number, number>();
  const order: number[] = [];
  for (const note of notes) {
    if (note.kind === 'interrupted' || note.kind === 'cleared' || note.kind === 'command')
      faults.push(`${session}: ${note.kind}`);
    if (note.kind !== 'submit' || (note.text.startsWith('mine ') && !note.text.includes('#') && !note.glued)) continue;
    const ids = [...note.text.matchAll(/#(\d+)/g)].map((found) => Number(found[1]));
    if (note.glued || ids.length !== 1) faults.push(`${session}: glued: ${note.text}`);
    for (const id of ids) sent.set(id, (sent.get(id) ?? 0) + 1);
    order.push(...ids);
  }
  for (const { n, results } of told) {
    const { outcome } = results.at(-1) as NudgeResult;
    const times = sent.get(n) ?? 0;
    if (times > 1) faults.push(`${session}: #${n} was sent ${times} times (${outcome})`);
    if (outcome === 'taken' ? times !== 1 : outcome !== 'unknown' && times !== 0)
      faults.push(`${session}: #${n} is ${outcome}, but was sent ${times} times`);
  }
  // one that had to be asked for again comes later than its turn
  const first = new Set(told.filter(({ results }) => results.length === 1).map(({ n }) => n));
  const inTurn = order.filter((n) => first.has(n));
  if (inTurn.some((n, at) => n < (inTurn[at - 1] ?? -1))) faults.push(`${session}: out of order: ${inTurn.join(' ')}`);
  return faults;
}

/** Holds what the stand-ins noted against what the host has told. */
export function judgeNudges(
  told: readonly Told[],
  notes: ReadonlyMap<string, readonly Noted[]>,
  { seconds, losses, kills, enters, people }: Run,
): Judged {
  const hitsOf = (session: string, noted: readonly Noted[]) =>
    dialogsHit(noted, enters.get(session) ?? [], people.get(session)?.enters);
  const hits = new Map([...notes].map(([session, noted]) => [session, hitsOf(session, noted)]));
  const faults = [...notes].flatMap(([session, noted]) => {
    const own = told.filter((one) => one.session === session).sort((left, right) => left.n - right.n);
    return [
      ...faultsOf(session, own, noted, hits.get(session) ?? []),
      ...draftFaults(session, people.get(session)?.drafts ?? [], noted),
    ];
  });
  const outcomes = new Map<string, number>();
  for (const { results } of told) {
    const outcome = results.at(-1)?.outcome ?? '';
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  const dialogs = [...notes.values()].flat().filter(({ kind }) => kind === 'dialog').length;
  const crossed = [...hits.values()].flat().filter(({ isSeen }) => !isSeen);
  const answered = crossed.filter(({ isAnswer }) => isAnswer).length;
  const again = told.filter(({ results }) => results.length > 1).length;
  const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  const rate = (told.length / seconds).toFixed(1);
  return {
    ok: faults.length === 0 && (outcomes.get('taken') ?? 0) > told.length * 0.9,
    lines: [
      `${told.length} nudges in ${notes.size} sessions, ${Math.round(seconds)} s, ${rate} a second: ${counts}; ${again} asked for again`,
      `${dialogs} dialogs opened, ${losses} connections lost, ${kills} askers killed, ${draftsOf(people)}`,
      `${crossed.length} Enters were on their way when a dialog rose, ${answered} of them answered it`,
      ...faults.slice(0, FAULTS_SHOWN),
      faults.length === 0
        ? 'nothing doubled, glued, out of order or told wrongly; no dialog answered that was on the screen'
        : `${faults.length} faults`,
    ],
  };
}
