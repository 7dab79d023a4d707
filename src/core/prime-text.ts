import { longText } from './first-prompt.ts';
import { fitParts, type Part } from './fit-text.ts';
import { type MoleculeTold, moleculeText } from './molecule/step-words.ts';
import { oneLine, sanitise } from './nudge-text.ts';
import type { Role } from './roles.ts';

/** What is on an agent's hook. */
export type Assigned = {
  readonly id: string;
  readonly title: string;
  readonly branch: string | null;
  readonly attempt: number;
  readonly handedIn: boolean;
  readonly rework: { readonly why: string } | null;
  readonly text: Readonly<Record<string, string>>;
  readonly molecule?: MoleculeTold | null;
};

/** All that an agent is told when its context begins: enough to go on without anything else in it. */
export type Told = {
  readonly actor: string;
  readonly role: Role;
  /** The line by which its session is found again. */
  readonly beacon?: string | undefined;
  /** The role's prompt, with its overlays. */
  readonly prompt: string;
  /** What the session before left to this one; empty where there was none. */
  readonly handoff: string;
  /** Null for an agent with an empty hook, and for one that has no hook. */
  readonly hook: Assigned | null;
  /** Of its unread mail; empty when there is none. */
  readonly mail: string;
  /** What a person answered that was not put before it yet. */
  readonly answers: string;
  readonly memories: MemoriesTold;
  /** The last word: town's lines, then the rig's. */
  readonly directives: string;
};

/** What is to be remembered, newest first, and how much more there is. */
export type MemoriesTold = { readonly lines: readonly string[]; readonly more: number };

/** What a part gets of the context's bytes in any case, and who is first when others leave some. */
const SHARES = {
  handoff: { least: 1200, rank: 1 },
  step: { least: 1200, rank: 2 },
  hook: { least: 1300, rank: 3 },
  directives: { least: 600, rank: 4 },
  prompt: { least: 2400, rank: 5 },
  answers: { least: 400, rank: 6 },
  mail: { least: 300, rank: 7 },
  memories: { least: 400, rank: 8 },
};

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  mayor: 'the mayor',
  deacon: 'the deacon',
  boot: 'who looks after the deacon',
  dog: 'a dog',
  witness: 'the witness',
  refinery: 'the refinery',
  polecat: 'a polecat',
  crew: 'a member of the crew',
};

/** The context as text, within `most` bytes; what is cut says what shows the whole of it. */
export function primeText(told: Told, most: number): string {
  const { actor, role, beacon, prompt, handoff, hook, answers, mail, memories, directives } = told;
  const heading = `# Gas Town: you are ${actor}, ${ROLE_WORDS[role]}${beacon === undefined ? '' : `\n${beacon}`}`;
  const part = (name: keyof typeof SHARES, text: string, whole = 'gt prime --whole'): Part => ({ text, whole, ...SHARES[name] });
  const parts: Part[] = [
    { text: heading, least: 300, rank: 0, whole: 'gt prime --whole' },
    part('handoff', titled('From your session before this one: read this first', sanitise(handoff))),
    part('prompt', prompt),
    part('hook', hook ? assignment(hook) : '', 'gt hook'),
    part('step', hook?.molecule && !hook.handedIn ? moleculeText(hook.molecule) : '', 'gt hook'),
    part('answers', titled('Answered meanwhile', sanitise(answers)), 'gt escalate list'),
    part('mail', titled('Mail', sanitise(mail)), 'gt mail inbox'),
    part('memories', memoriesText(memories), 'gt memories'),
    part('directives', titled('Directives: they win over all that is said above', sanitise(directives))),
  ];
  return fitParts(parts, most);
}

const titled = (title: string, text: string): string => (text === '' ? '' : `## ${title}\n${text}`);

function assignment({ id, title, branch, attempt, handedIn, rework, text }: Assigned): string {
  if (handedIn) return `${id} is handed in: nothing is left to do here. Leave.`;
  const long = longText(text);
  return [
    `On your hook: ${id}: ${oneLine(title)} (attempt ${attempt}, branch ${branch ?? 'see git'})`,
    ...(rework ? [`It came back: ${rework.why}. Read the file $GT_EVIDENCE first, then mend it.`] : []),
    ...(long === '' ? [] : ['', long]),
  ].join('\n');
}

function memoriesText({ lines, more }: MemoriesTold): string {
  const rest = more > 0 ? [`- and ${more} more: \`gt memories\``] : [];
  return titled('Remember', [...lines.map((line) => `- ${oneLine(line)}`), ...(lines.length > 0 ? rest : [])].join('\n'));
}
