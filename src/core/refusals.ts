import { ADDRESS_REFUSALS } from './address-refusals.ts';
import { BEAD_REFUSALS } from './bead-refusals.ts';
import { CONTEXT_REFUSALS } from './context-refusals.ts';
import { DELIVERY_REFUSALS } from './delivery-refusals.ts';
import { GATE_REFUSALS } from './gate-refusals.ts';
import { LAND_REFUSALS } from './land-refusals.ts';
import { MAIL_REFUSALS } from './mail-refusals.ts';
import { MOLECULE_REFUSALS } from './molecule-refusals.ts';
import { QUESTION_REFUSALS } from './question-refusals.ts';
import { SESSION_REFUSALS } from './session-refusals.ts';
import { TOWN_REFUSALS } from './town-refusals.ts';

/**
 * What gt says when it will not do something. A refusal is an answer, not a fault: core and ops return it as a value, the CLI prints it as one
 * line of what is wrong and one of what to do, and ends with its exit code. Faults (a broken pipe, a bug) are exceptions and never come here.
 *
 * `says` and `try` may name facts in braces: `{id}`. Exit codes: 1 refused, 2 usage, 3 not found, 4 conflict (taken, stale), 5 town not running or
 * Redis unreachable, 6 timed out.
 */
export const REFUSALS = {
  ...TOWN_REFUSALS,

  USAGE: { says: '{what}', try: '{hint}', exit: 2 },
  UNKNOWN_COMMAND: { says: 'There is no command `{command}`.', try: '{hint}', exit: 2 },
  SETTINGS_INVALID: { says: '{file}: {fault}.', try: '{hint}', exit: 2 },
  TEXT_TOO_LONG: {
    says: '{field} has {bytes} bytes; the limit is {limit}.',
    try: 'Put the rest in a file and name it in the text.',
    exit: 2,
  },

  WORK_UNKNOWN: { says: 'There is no work item `{id}`.', try: '{hint}', exit: 3 },
  WORK_CLOSED: {
    says: '{id} is closed ({reason}).',
    try: 'What is left to do needs an item of its own: `gt work create`.',
    exit: 4,
  },
  WORK_TAKEN: { says: '{id} is taken by {holder}.', try: 'See what it waits for: `gt why {id}`.', exit: 4 },
  WORK_HELD: { says: '{id} is {status}.', try: 'It is slung again once it is open.', exit: 4 },
  TITLE_INVALID: {
    says: 'A title is one line of 1 to 500 bytes without control characters; this one has {bytes} bytes.',
    try: 'Shorten it, and put the rest in the description (-d).',
    exit: 2,
  },
  WORK_ELSEWHERE: {
    says: '{id} belongs to rig `{rig}`, not to `{target}`.',
    try: 'Sling it without a target, or make an item for that rig.',
    exit: 2,
  },
  DEP_CYCLE: { says: '{id} would wait for itself: {path}.', try: 'Leave one of these dependencies out.', exit: 2 },
  AGENT_MISSING: { says: 'Agent `{agent}` needs `{command}`, which is not there.', try: '{hint}', exit: 1 },
  AGENT_BUILT_IN: {
    says: '`{agent}` is built in, and nothing was set over it.',
    try: 'Leave it; `gt config agent set {agent} "<command>"` sets another command over it.',
    exit: 1,
  },
  AGENT_UNKNOWN: { says: 'There is no agent `{agent}`.', try: '{hint}', exit: 3 },

  ...DELIVERY_REFUSALS,
  ...ADDRESS_REFUSALS,
  ...MAIL_REFUSALS,
  HOST_DOWN: { says: 'The PTY host does not answer: {why}.', try: 'Start the town with `gt up`.', exit: 5 },
  HOST_PROTOCOL: {
    says: '{why}; its agents live on.',
    try: 'Use the gt of that build; or end them with `gt down`, and `gt up` goes on from their hooks.',
    exit: 5,
  },
  HOST_STAYS: {
    says: 'The PTY host goes on in its old build: {why}',
    try: 'Its agents have noticed nothing. Look at the log of the host, then `gt up` tries again.',
    exit: 6,
  },
  ...SESSION_REFUSALS,
  ...MOLECULE_REFUSALS,
  ...GATE_REFUSALS,
  ...LAND_REFUSALS,
  ...BEAD_REFUSALS,
  ...CONTEXT_REFUSALS,
  ...QUESTION_REFUSALS,
  NO_OUTPUT: {
    says: '{agent} has no session whose output could be shown.',
    try: 'See `gt polecat list`, and `gt why {agent}`.',
    exit: 3,
  },

  NO_SESSION: {
    says: 'This is no agent session: GT_SESSION is not set.',
    try: 'Agents call this from their own session; {people}.',
    exit: 2,
  },
  SESSION_STALE: {
    says: 'Session {session} is over; {work} is with {current}.',
    try: 'Stop here: what this session did not hand in is kept in its branch and snapshots.',
    exit: 4,
  },
  TOKEN_UNKNOWN: {
    says: 'The token of session {session} is not the one that the town has for it: the secret that it was made of was lost or changed.',
    try: 'Stop here: nothing from this session is heard. A person sees it in `gt doctor`; `gt shutdown && gt up` gives agents new tokens.',
    exit: 4,
  },
  NOTHING_HOOKED: { says: 'Nothing is on your hook.', try: 'Sling something: `gt sling <id>`.', exit: 3 },
  HOOK_WITHOUT_ITEM: {
    says: 'No work item is on your hook: there is nothing to hand in, and no step in your hands.',
    try: 'Items are worked by polecats: `gt sling <id>`. What you go by yourself: `gt hook`.',
    exit: 3,
  },
  NOTHING_TO_RUN: {
    says: '{id} has no sh block.',
    try: 'Put what is to be run into its description, in a block fenced with ```sh; for a step, that of its item will do.',
    exit: 1,
  },
  DONE_NO_COMMITS: {
    says: '{branch} has no commit of its own.',
    try: 'Commit your work, or declare an outcome without code: `gt done --no-code --report FILE`.',
    exit: 1,
  },
  DONE_DIRTY: {
    says: 'The worktree has changes that are not committed: {files}.',
    try: 'Commit them, or undo them, then `gt done` again.',
    exit: 1,
  },
  DONE_REVIEW: {
    says: '{work} is a review: nothing of it lands.',
    try: 'Hand in what you found: `gt done --no-code --report FILE`.',
    exit: 1,
  },
  DONE_UNCHANGED: {
    says: '{branch} is as it was when it came back ({reason}).',
    try: 'Read $GT_EVIDENCE, mend it, commit, then `gt done` again.',
    exit: 1,
  },
  DONE_NO_BRANCH: {
    says: 'Branch {branch} is missing.',
    try: 'Make it again from your commits: `git branch {branch} <commit>`.',
    exit: 1,
  },
  DONE_ELSEWHERE: {
    says: 'The worktree is on {on}, not on {branch}.',
    try: 'Bring your commits there (`git switch {branch}`, `git merge`), then `gt done` again.',
    exit: 1,
  },
  DONE_UNRELATED: { says: '{branch} shares no history with {target}.', try: 'Work on the branch that gt made for you.', exit: 1 },
  DONE_LATE: {
    says: '{work} was handed in already, with another head.',
    try: 'Leave it: a new head needs a new assignment.',
    exit: 4,
  },
} as const;

/** The code of a refusal. */
export type RefusalCode = keyof typeof REFUSALS;

/** gt will not do it: which rule, and the facts that its sentences name. */
export type Refusal = { readonly refused: RefusalCode; readonly facts: Readonly<Record<string, string | number>> };

/** Makes a refusal; `facts` fills the braces of its sentences. */
export function refuse(code: RefusalCode, facts: Record<string, string | number> = {}): Refusal {
  return { refused: code, facts };
}

/** Tells a refusal from any other answer. */
export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}

/** The sentences of a refusal with its facts filled in, and its exit code. */
export function explain(refusal: Refusal): { code: RefusalCode; says: string; try: string; exit: number } {
  const { says, try: todo, exit } = REFUSALS[refusal.refused];
  const fill = (sentence: string) => sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(refusal.facts[name] ?? '?'));
  return { code: refusal.refused, says: fill(says), try: fill(todo), exit };
}

/** A refusal on its way through code that can only throw (a library's callback, a deep call of a chore); the CLI prints it as the refusal. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(explain(refusal).says);
    this.refusal = refusal;
  }
}

/** The answer, where a refusal can only be thrown: it reaches the CLI, or a job's backoff, as what it is. @throws Refused */
export function orThrow<T>(answer: T): Exclude<T, Refusal> {
  if (isRefusal(answer)) throw new Refused(answer);
  return answer as Exclude<T, Refusal>;
}
