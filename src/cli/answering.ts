import { lineOf } from '#core/holder';
import { takesAnswer } from '#core/question';
import type { Escalation, Gate, Step } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { answer } from '#ops/answer';
import { closeStep } from '#ops/end-step';
import { holderOf } from '#ops/holder-of';
import { retryStep } from '#ops/retry-step';
import { agentMeant } from './agent-run.ts';
import { callerOf } from './caller.ts';
import type { Io } from './command.ts';
import { judgeIn } from './gating.ts';
import { runAround } from './here.ts';
import { isUp, type OpenTown } from './wire.ts';
import { untilEvent } from './wire-events.ts';
import { unknownQuestion } from './wire-questions.ts';

/** What was answered, and in words what came of it. */
export type Answered = {
  readonly id: string;
  readonly what: 'question' | 'dialog' | 'gate' | 'step';
  readonly says: string;
  readonly text: string;
  readonly choice: number | null;
  readonly running: boolean;
};

type Said = { readonly id: string; readonly words: string };

/** How long an answer that is typed into a dialog may take to be seen. */
const TYPED_MS = 60_000;
/** Questions of one asker that are read. */
const MOST = 20;

/** Answers whatever of this name waits for a person. */
export async function answerIt(town: OpenTown, io: Io, { id, words }: Said): Promise<Answered | Refusal> {
  const { books } = town.desk;
  const known = await books.read('escalation', id);
  if (known && takesAnswer(known)) return answerQuestion(town, io, { id, words });
  const about = known ? known.subject : id;
  const gate = await books.read('gate', about);
  if (gate) return answerGate(town, io, gate, words);
  const step = await books.read('step', about);
  if (step) return answerStep(town, io, step, words);
  if (known) return answerQuestion(town, io, { id, words });
  const holder = await agentMeant(town, id);
  const asked = await books.index(`questions.open:${isRefusal(holder) ? id : lineOf(holder)}`, 0, MOST);
  const [only, ...others] = asked;
  if (only !== undefined && others.length === 0) return answerQuestion(town, io, { id: only, words });
  if (only !== undefined) return refuse('QUESTION_WHICH', { count: asked.length, id, ids: asked.join(', ') });
  const work = await books.read('work', id);
  if (work?.needsYou)
    return refuse('QUESTION_IS_NONE', {
      id,
      what: work.needsYou.why,
      hint: `Look at it with \`gt work show ${id}\`, then give it to an agent again: \`gt sling ${id}\`.`,
    });
  return unknownQuestion(id, town);
}

async function answerQuestion(town: OpenTown, io: Io, { id, words }: Said): Promise<Answered | Refusal> {
  const agent = await agentLine(town, io);
  if (isRefusal(agent)) return agent;
  const doc = await answer(town.desk, { id, words, ...(agent === undefined ? {} : { agent }) });
  if (isRefusal(doc)) return doc;
  const { text = words, choice } = doc.answer ?? {};
  const told = { id, text, choice: choice ?? null, running: isUp(town) };
  const head = `answered: ${choice === undefined ? '' : `${choice}. `}${text}`;
  if (!doc.dialog) return { ...told, what: 'question', says: doc.asker ? `${head}; ${doc.asker.address} is told` : head };
  const came = told.running ? await outcomeOf(doc, town, io) : undefined;
  return isRefusal(came)
    ? came
    : { ...told, what: 'dialog', says: came ? `${head}; its dialog is gone` : `${head}; it is typed soon` };
}

/** The line of the agent that calls, if one does: in its worktree nobody is taken for a person. */
async function agentLine({ desk }: OpenTown, io: Io): Promise<string | undefined | Refusal> {
  if (!io.env['GT_SESSION']) return (await runAround(desk.books, io))?.work;
  const caller = callerOf(io);
  if (isRefusal(caller)) return caller;
  const holder = await holderOf(desk.books, caller.run);
  return holder ? lineOf(holder) : caller.run;
}

/** What came of an answer to a dialog: by the town's events, not for long. Undefined when that is not known yet. */
async function outcomeOf(
  { id, asker, tries = 0, answer: given }: Escalation,
  town: OpenTown,
  io: Io,
): Promise<true | undefined | Refusal> {
  const look = async () => {
    const now = await town.desk.books.read('escalation', id);
    return now && (now.state === 'closed' || (now.tries ?? 0) > tries) ? now : undefined;
  };
  const signal = AbortSignal.any([AbortSignal.timeout(TYPED_MS), io.interrupted]);
  const doc = await untilEvent(town, id, look, signal);
  if (!doc) return undefined;
  if (doc.ended === 'answered' && doc.answer?.at === given?.at) return true;
  return refuse('DIALOG_STAYS', { id, why: doc.failed ?? doc.reason ?? 'it has ended', agent: asker?.address ?? id });
}

async function answerGate(town: OpenTown, io: Io, gate: Gate, words: string): Promise<Answered | Refusal> {
  const [, verb = '', reason = ''] = /^(\S+)\s*([\s\S]*)$/.exec(words) ?? [];
  const says = YES.test(verb) ? 'approve' : NO.test(verb) ? 'deny' : undefined;
  const { id } = gate;
  if (!says || (says === 'deny' && reason === ''))
    return refuse('USAGE', {
      what: says ? 'Why is it denied?' : `${id} is a gate: it cannot be answered with \`${words.slice(0, 40)}\`.`,
      hint: `Say \`gt answer ${id} approve\`, or \`gt answer ${id} deny <why>\`.`,
    });
  const done = await judgeIn(town, io, { id, says, reason: reason || 'approved' });
  if (isRefusal(done)) return done;
  return { id, what: 'gate', says: `${done.state}: ${done.ended?.reason ?? ''}`, text: words, choice: null, running: isUp(town) };
}

const YES = /^(?:approve|approved|yes|y|ok)$/i;
const NO = /^(?:deny|denied|no|n)$/i;

async function answerStep(town: OpenTown, io: Io, step: Step, words: string): Promise<Answered | Refusal> {
  const [, verb = '', reason = ''] = /^(\S+)\s*([\s\S]*)$/.exec(words) ?? [];
  const { id } = step;
  const told = { id, what: 'step' as const, text: words, choice: null, running: isUp(town) };
  const caller = io.env['GT_SESSION'] ? callerOf(io) : undefined;
  if (isRefusal(caller)) return caller;
  if (/^(?:retry|again)$/i.test(verb)) {
    const again = await retryStep(town.desk, { caller, step: id });
    return isRefusal(again) ? again : { ...told, says: 'is tried again' };
  }
  if (/^skip$/i.test(verb) && reason !== '') {
    const ended = await closeStep(town.desk, { caller, step: id }, { outcome: 'skipped', reason });
    return isRefusal(ended) ? ended : { ...told, says: `is skipped: ${reason}` };
  }
  return refuse('USAGE', {
    what: `${id} is a step: it cannot be answered with \`${words.slice(0, 40)}\`.`,
    hint: `Say \`gt answer ${id} retry\`, or \`gt answer ${id} skip <why>\`.`,
  });
}
