import { beacon } from './beacon.ts';
import { noteFor } from './handoff-note.ts';
import { type MoleculeTold, moleculeText } from './molecule/step-words.ts';
import { oneLine, sanitise } from './nudge-text.ts';
import type { Run, Work } from './records.ts';
import { actorFor } from './roles.ts';
import { reworkInWords } from './work.ts';

/** What a session is told when it begins. */
export type Assignment = {
  readonly run: Run;
  readonly work: Pick<Work, 'id' | 'title' | 'slungBy'>;
  /** The branch that the work will land on. */
  readonly target: string;
  /** ms since 1970 */
  readonly at: number;
  /** Long text by field: description, design, acceptance, notes. */
  readonly text: Readonly<Record<string, string>>;
  /** The file with the evidence of what came back. */
  readonly evidence?: string | undefined;
  /** How it stands in the molecule that it works. */
  readonly molecule?: MoleculeTold | undefined;
};

/** Text of a first prompt beyond which the item's long text goes to a file: an argument of a Linux program has 128 KiB at most (bytes). */
export const PROMPT_BYTES = 60_000;

/** The first line: about the molecule that is worked, else about the item. */
const firstLine = ({ run, work, at, molecule }: Assignment, topic: string, from = 'gt'): string =>
  beacon({ to: actorFor({ role: 'polecat', rig: run.rig, name: run.name }), from, at, topic, about: molecule?.id ?? work.id });

/** The item's long text as a person wrote it, each field under its name; without control characters, of which the zero byte would end an argument. */
export function longText(text: Assignment['text']): string {
  const parts = FIELDS.map((field) => [field, sanitise(text[field] ?? '')] as const).filter(([, said]) => said !== '');
  return parts.map(([field, said]) => (field === 'description' ? said : `## ${field}\n${said}`)).join('\n\n');
}

/** All that a session has to read: the item's long text, and the step in its hands. */
export const wholeText = ({ text, molecule }: Pick<Assignment, 'text' | 'molecule'>): string =>
  [longText(text), ...(molecule ? [moleculeText(molecule)] : [])].filter((part) => part !== '').join('\n\n');

const FIELDS = ['description', 'design', 'acceptance', 'notes'] as const;

/**
 * The first words of a polecat's session: all that it has to do, where, how to begin and how to end. @param file where the item's long text stands, when it
 * is too long to be told here
 */
export function firstPrompt(assignment: Assignment, file?: string): string {
  const { run, work, target, molecule } = assignment;
  const { before } = run.session ?? {};
  const whole = wholeText(assignment);
  const told = file === undefined ? whole : whole === '' ? '' : `All of it stands in ${file}: read that file first.`;
  const note = noteFor(run, assignment.text);
  return [
    before?.cycled || run.rework
      ? firstLine(assignment, before?.cycled ? 'handoff' : 'rework')
      : firstLine(assignment, 'assigned', work.slungBy),
    '',
    ...(note === '' ? [] : ['An earlier session left this for you. Read it first:', '', sanitise(note), '', '---', '']),
    `Your work is ${work.id}: ${oneLine(work.title)}`,
    `Branch ${run.branch ?? '(see git)'}, to land on ${target}; attempt ${run.attempt}.`,
    ...(told === '' ? [] : ['', told]),
    '',
    ...cameBack(assignment),
    ...(before && !before.cycled
      ? [
          `An earlier session of yours ended (${before.ended}). What it did is in this worktree: see git log and git status first.`,
        ]
      : []),
    ...ordersFor(molecule),
  ].join('\n');
}

/** What a conversation that goes on is told: what happened, and to go on. The item it knows. */
export function resumedPrompt(assignment: Assignment): string {
  const { run, work, molecule } = assignment;
  return [
    firstLine(assignment, 'resumed'),
    '',
    `Your session ended (${run.session?.before?.ended ?? 'nobody knows how'}); this is the next one, in the same worktree. Go on with ${work.id}: ${oneLine(work.title)}`,
    'Commands that ran then are over. Look at git status before you go on.',
    ...(molecule ? ['', moleculeText(molecule), ''] : []),
    ...cameBack(assignment),
    ...ordersFor(molecule),
  ].join('\n');
}

// By its plain name: some programs refuse a command that begins with a variable.
const orders = [
  'Run `gt hook` now: it shows the whole of it, and tells the town that you are at work.',
  'Work in this directory, on its branch, and commit. When all of it is committed, run `gt done`, then leave.',
  'Where a shell does not find gt, call it as `"$GT_BIN"`.',
];

const STEPS =
  'Work in this directory, on its branch, and commit. Do one step of the molecule at a time. When `gt mol step done` says that all are done, run `gt done`, then leave.';

const ordersFor = (molecule: MoleculeTold | undefined): string[] =>
  orders.map((line) => (molecule && line.startsWith('Work in') ? STEPS : line));

function cameBack({ run, evidence }: Assignment): string[] {
  if (!run.rework) return [];
  const where = evidence === undefined ? '$GT_EVIDENCE' : `${evidence} ($GT_EVIDENCE)`;
  return [`It came back (${run.rework.kind}): ${reworkInWords(run.rework)}. Read ${where} first, then mend it.`];
}
