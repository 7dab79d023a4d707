import type { NudgeResult } from '#world/pty/nudge/asked';
import type { Note } from './stand-in/notes.ts';

/** What was told of the nth nudge of a session, attempt by attempt. */
export type Told = { readonly session: string; readonly n: number; readonly results: readonly NudgeResult[] };

export type Judged = { readonly ok: boolean; readonly lines: readonly string[] };

type Run = { readonly seconds: number; readonly losses: number };

const FAULTS_SHOWN = 20;

/** Faults of one session: what it noted against what was told. */
function faultsOf(session: string, told: readonly Told[], notes: readonly Note[]): string[] {
  const faults: string[] = [];
  const sent = new Map<number, number>();
  const order: number[] = [];
  for (const note of notes) {
    if (note.kind === 'answered' && note.by !== 'person')
      faults.push(`${session}: the dialog ${note.name} was answered by ${note.by} after ${note.after_ms} ms`);
    if (note.kind === 'interrupted' || note.kind === 'cleared' || note.kind === 'command')
      faults.push(`${session}: ${note.kind}`);
    if (note.kind !== 'submit') continue;
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
  notes: ReadonlyMap<string, readonly Note[]>,
  { seconds, losses }: Run,
): Judged {
  const faults = [...notes].flatMap(([session, noted]) => {
    const own = told.filter((one) => one.session === session).sort((left, right) => left.n - right.n);
    return faultsOf(session, own, noted);
  });
  const outcomes = new Map<string, number>();
  for (const { results } of told) {
    const outcome = results.at(-1)?.outcome ?? '';
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  const dialogs = [...notes.values()].flat().filter(({ kind }) => kind === 'dialog').length;
  const again = told.filter(({ results }) => results.length > 1).length;
  const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  const rate = (told.length / seconds).toFixed(1);
  return {
    ok: faults.length === 0 && (outcomes.get('taken') ?? 0) > told.length * 0.9,
    lines: [
      `${told.length} nudges in ${notes.size} sessions, ${Math.round(seconds)} s, ${rate} a second: ${counts}; ${again} asked for again`,
      `${dialogs} dialogs opened, ${losses} connections lost`,
      ...faults.slice(0, FAULTS_SHOWN),
      faults.length === 0
        ? 'nothing doubled, glued, out of order or told wrongly; no dialog answered'
        : `${faults.length} faults`,
    ],
  };
}
