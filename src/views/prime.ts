import { noteFor } from '#core/handoff-note';
import { type Holder, isAgent, isCurrent, lineOf, stale } from '#core/holder';
import { CONTEXT_BYTES } from '#core/limits';
import { primeText } from '#core/prime-text';
import { explain, isRefusal, type Refusal } from '#core/refusals';
import { directivesOf, type PromptValues, rolePrompt } from '#core/role-prompt';
import { actorFor, type Identity } from '#core/roles';
import type { PromptFiles } from '#world/agents/prompt-files';
import type { Desk } from '#world/desk';
import { answersFor, answersText } from './escalations.ts';
import { hookOf } from './hook.ts';
import { mailForPrime } from './mail-waiting.ts';
import { memoriesForPrime } from './memories.ts';

/** The context of an agent, and what it was made of. */
export type Primed = {
  readonly context: string;
  readonly actor: string;
  readonly role: string;
  readonly work: string | null;
  /** Overlays and directives that are wrong: what is wrong with each. */
  readonly leftOut: readonly string[];
};

export type PrimeGround = {
  readonly who: Identity;
  /** The run or lasting agent; absent for a directory whose agent has never lived. */
  readonly holder?: Holder | undefined;
  /** The session that asks; absent for a person who looks. */
  readonly caller?: { readonly session: string; readonly token: string } | undefined;
  readonly files: PromptFiles;
  readonly values: PromptValues;
  /** ms since 1970 */
  readonly now: number;
  /** All of it, whatever its size. */
  readonly whole?: boolean | undefined;
};

/**
 * The context of an agent: who it is, what is on its hook, what it should know, how it begins and ends. SESSION_STALE for a session that is over.
 * Files that are wrong are left out: no agent's start hangs on them.
 */
export async function prime(
  desk: Pick<Desk, 'books' | 'steps'>,
  ground: PrimeGround,
): Promise<(Primed & { faults: Refusal[] }) | Refusal> {
  const { who, holder, caller, files, values, now, whole } = ground;
  const { books } = desk;
  if (caller && (!holder || !isCurrent(holder, caller.token))) return stale(holder, caller.session);
  const actor = actorFor(who);
  const hook = holder && !isAgent(holder) ? await hookOf(desk, holder) : null;
  if (isRefusal(hook)) return hook;
  const [handoff, mail, answers, memories] = await Promise.all([
    holder ? books.textField(lineOf(holder), 'handoff') : '',
    holder ? mailForPrime(books, holder, now) : '',
    holder ? answersFor(books, lineOf(holder)) : [],
    memoriesForPrime(books, who),
  ]);
  const known = { ...values, role: who.role, actor, rig: who.rig, name: who.name, ...workIn(hook) };
  const role = rolePrompt(who.role, files.shipped, files.overlays, known);
  const directives = directivesOf(files.directives);
  const faults = [...role.faults, ...directives.faults];
  const told = {
    actor,
    role: who.role,
    beacon: holder?.session?.beacon,
    prompt: role.text,
    handoff: holder ? noteFor(holder, { handoff }) : '',
    hook,
    mail,
    answers: answersText(answers).join('\n'),
    memories,
    directives: directives.text,
  };
  return {
    context: primeText(told, whole ? Number.MAX_SAFE_INTEGER : CONTEXT_BYTES),
    actor,
    role: who.role,
    work: hook?.id ?? null,
    leftOut: faults.map((fault) => explain(fault).says),
    faults,
  };
}

const workIn = (hook: { id: string; title: string; branch: string | null; attempt: number } | null): PromptValues =>
  hook ? { work: hook.id, title: hook.title, branch: hook.branch ?? undefined, attempt: String(hook.attempt) } : {};
