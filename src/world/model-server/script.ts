import { answersSince, type Conversation, shellOf } from './conversation.ts';

/** What the model does at one request. Text and a tool's call may share a step. */
export type Step = {
  readonly text?: string;
  /** A line for whichever shell tool the request offers. */
  readonly run?: string;
  /** Arguments by tool: the first tool that is offered is called, or else `run`'s. A text is what a tool of free text takes. */
  readonly call?: Readonly<Record<string, Readonly<Record<string, unknown>> | string>>;
  /** An HTTP status in place of an answer. */
  readonly error?: number;
  /** ms before the first byte of the answer. */
  readonly delayMs?: number;
  /** The answer is held back until this settles: for who wants to look at a program that waits for its model. */
  readonly until?: Promise<unknown>;
  /** ms between two pieces of the answer, so that a turn takes its time. */
  readonly chunkMs?: number;
  /** Never answers: the connection stays open until the program or the server closes it. */
  readonly hang?: boolean;
  /** Breaks the connection in the middle of the answer. */
  readonly cut?: boolean;
  /** Of a step that gives no answer (`error`, `hang`, `cut`): how often, before the next step's turn has come; 1 unless said. */
  readonly times?: number;
  readonly usage?: { readonly input?: number; readonly output?: number };
};

/** A step, or what makes it of the conversation, for what only the program's own words tell (its directory). */
export type ScriptStep = Step | ((conversation: Conversation) => Step);

/** Steps by the script's name. Of a conversation without a mark, the script `default` is taken. */
export type Scripts = Readonly<Record<string, readonly ScriptStep[]>>;

/** What a request is answered with, and why: a side call takes no step. */
export type Choice = { readonly script: string; readonly index: number; readonly step: Step } | { readonly side: true };

const MARK = /GTSCRIPT:([\w-]+)/g;
/** What a script says that is over. */
const OVER: Step = { text: 'There is nothing left to do.' };
/** How clients ask for a summary of all that was said, with their tools in hand. */
const SUMMARY = /Your task is to create a detailed summary of (the|this) conversation/;

/** Steps that gave no answer, and how often, by script and index. */
export type Spent = Map<string, number>;

/**
 * The step for a conversation. The last mark in what the user's side said chooses the script: programs send old and new prompts together, and put context
 * of their own between. Its step is told by the model's answers since then, which a program that goes on in a new process sends as well.
 * @returns undefined when no script is named, or none of that name
 */
export function choose(scripts: Scripts, conversation: Conversation, spent: Spent): Choice | undefined {
  const { turns } = conversation;
  if (!shellOf(conversation) || SUMMARY.test(turns.at(-1)?.text ?? '')) return { side: true };
  const at = turns.findLastIndex(({ who, text }) => who === 'user' && text.search(MARK) >= 0);
  const name = at < 0 ? 'default' : ([...(turns[at]?.text ?? '').matchAll(MARK)].at(-1)?.[1] ?? '');
  const steps = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  if (!steps) return undefined;
  let left = answersSince(turns, Math.max(0, at));
  for (const [index, one] of steps.entries()) {
    const step = typeof one === 'function' ? one(conversation) : one;
    const isFault = step.error !== undefined || step.hang === true || step.cut === true;
    const key = `${name}.${index}`;
    if (isFault && (spent.get(key) ?? 0) >= (step.times ?? 1)) continue;
    if (left === 0) {
      if (isFault) spent.set(key, (spent.get(key) ?? 0) + 1);
      return { script: name, index, step };
    }
    left--;
  }
  return { script: name, index: steps.length, step: OVER };
}
