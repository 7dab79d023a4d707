import { longText } from './first-prompt.ts';
import { type MoleculeTold, moleculeText } from './molecule/step-words.ts';
import { oneLine } from './nudge-text.ts';

/** What a polecat is told about itself and its work by `gt prime`: enough to go on without anything else in its context. */
export type Primed = {
  readonly id: string;
  readonly title: string;
  readonly rig: string;
  readonly branch: string | null;
  readonly dir: string;
  readonly attempt: number;
  readonly handedIn: boolean;
  readonly rework: { readonly why: string } | null;
  readonly text: Readonly<Record<string, string>>;
  readonly molecule?: MoleculeTold | null;
};

/** The context as text. @param most bytes of the item's long text; the rest is behind `gt hook` */
export function primeText(hook: Primed, actor: string, most: number): string {
  const { id, title, rig, branch, dir, attempt, handedIn, rework, text, molecule } = hook;
  const long = cut(longText(text), most);
  const step = molecule && !handedIn ? cut(moleculeText(molecule), most) : '';
  return [
    `# Gas Town: you are ${actor}, a polecat`,
    `You do one work item of rig ${rig}, in your own worktree (${dir}), on branch ${branch ?? '(see git)'}. What is on your hook you run, without asking.`,
    '',
    handedIn
      ? `${id} is handed in: nothing is left to do here. Leave.`
      : `On your hook: ${id}: ${oneLine(title)} (attempt ${attempt})`,
    ...(rework ? [`It came back: ${rework.why}. Read the file $GT_EVIDENCE first, then mend it.`] : []),
    ...(long === '' ? [] : ['', long]),
    ...(step === '' ? [] : ['', step]),
    '',
    'Commands (where a shell does not find gt, call it as `"$GT_BIN"`):',
    '- `gt hook`: the whole assignment again',
    ...(molecule
      ? [
          '- `gt mol step done`: closes the step in your hands, and prints the next one',
          '- `gt mol current`: the step in your hands',
        ]
      : []),
    '- `gt done`: hands in. First commit everything on your branch; leave no stash and no untracked file. The refinery tests and lands it: never push to the target branch yourself.',
    '- `gt done --no-code --report FILE`: when the outcome is a report',
  ].join('\n');
}

/** The beginning of a text in whole characters, and a line that says where the rest is. */
function cut(text: string, most: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= most) return text;
  const begin = new TextDecoder().decode(bytes.subarray(0, most)).replace(/\uFFFD+$/, '');
  return `${begin}\n… (cut after ${most} bytes: \`gt hook\` shows all of it)`;
}
