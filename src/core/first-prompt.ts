import type { Run, Work } from './records.ts';

/** What a first prompt is made of. */
type Assignment = {
  readonly run: Pick<Run, 'rig' | 'name' | 'branch' | 'attempt' | 'rework'>;
  readonly work: Pick<Work, 'id' | 'title'>;
  readonly from: string;
  /** ms since 1970 */
  readonly at: number;
  readonly description?: string | undefined;
};

/**
 * The first words of a polecat's session, with all that it has to do. They begin with the line by which a session is found in the program's own list; the
 * bracket keeps programs from reading a command or a flag.
 */
export function firstPrompt({ run, work, from, at, description }: Assignment): string {
  const topic = run.rework ? `rework:${work.id}` : `assigned:${work.id}`;
  const back = run.rework ? [`It came back (${run.rework.kind}): read $GT_EVIDENCE first, then mend it.`] : [];
  return [
    `[GAS TOWN] ${run.rig}/polecats/${run.name} <- ${from} • ${new Date(at).toISOString().slice(0, 16)} • ${topic}`,
    '',
    `Your work is ${work.id}: ${work.title}`,
    ...(description ? ['', description.trim(), ''] : []),
    ...back,
    'Run `"$GT_BIN" hook` now: it shows the whole of it, and tells the town that you are at work.',
    'Work in this directory, on its branch, and commit. When all of it is committed, run `"$GT_BIN" done`, then leave.',
  ].join('\n');
}
