import { blockedBy, isLeftBehind, isQuiet, LEFT_BEHIND, passesQuiet, RAN_OUT, ranOut } from './delivery.ts';
import { isFinal } from './derive.ts';
import { goneBecause } from './holder.ts';
import { CONTEXT_BYTES, HOOK_PATIENCE_MS } from './limits.ts';
import type { Delivery, Recipient } from './records.ts';

/** What is known of the agent beside the books' line. `session` is undefined while no session of a live run runs. */
export type AgentFacts = {
  readonly session?: {
    readonly id: string;
    readonly saidHello: boolean;
    readonly lastOutputAt: number;
    readonly looksIdle: boolean;
  };
  /** Mail of priority 0 waits for it. */
  readonly pressing?: boolean;
  /** The session that its agent is in by the books, running or not. */
  readonly current?: string;
  /** Its item is closed: nobody will come any more. */
  readonly over: boolean;
  /** It was put to sleep, or makes room for its next session: nothing but a first prompt is said to it. */
  readonly aside?: string | undefined;
  /** Its program takes mail by hooks: at the end of a turn, or after a tool. */
  readonly takesByHook: boolean;
};

/** What the delivery's job does next. Any wake asks this anew. */
export type DeliveryMove =
  | { readonly do: 'end' }
  | { readonly do: 'run-out'; readonly why: string }
  | { readonly do: 'give-up'; readonly as: 'expired' | 'undeliverable' | 'superseded'; readonly why: string }
  | { readonly do: 'wait'; readonly until: number; readonly why: string }
  | { readonly do: 'claim'; readonly session: string }
  /** It is claimed for the terminal, by this worker or by one that died: the host is asked, again under the same id. */
  | { readonly do: 'ask-host' };

/**
 * Decides the next move. While an agent with hooks is at work its hooks fetch what is in the line: after a tool, or at the end of its turn. The terminal is
 * for programs without hooks, for an agent that has said that its turn is over, and for one whose screen shows that it is, or has been still for a while
 * (a failed or interrupted turn tells no hook).
 */
export function nextForDelivery(doc: Delivery, recipient: Recipient, facts: AgentFacts, now: number): DeliveryMove {
  if (isFinal.delivery(doc)) return { do: 'end' };
  if (doc.claim) {
    if (ranOut(doc, now)) return { do: 'run-out', why: RAN_OUT };
    if (isLeftBehind(doc, facts.current)) return { do: 'run-out', why: LEFT_BEHIND };
    if (doc.claim.path === 'terminal')
      return (doc.notBefore ?? 0) > now
        ? { do: 'wait', until: doc.notBefore ?? now, why: `its text stands in the input: ${doc.why ?? ''}` }
        : { do: 'ask-host' };
    return { do: 'wait', until: doc.claim.until, why: 'a hook has it' };
  }
  const { session, over } = facts;
  if (over) return { do: 'give-up', as: 'undeliverable', why: goneBecause(doc.work) };
  if (doc.expiresAt <= now)
    return session
      ? { do: 'give-up', as: 'expired', why: lateBecause(doc, recipient, session.saidHello) }
      : { do: 'give-up', as: 'undeliverable', why: 'no agent was there' };
  const quiet = isQuiet(recipient, now);
  if (quiet && !passesQuiet(doc) && !(doc.mail && facts.pressing))
    return { do: 'wait', until: Math.min(recipient.dnd?.until ?? doc.expiresAt, doc.expiresAt), why: QUIET };
  const before = quiet ? inOtherHands(recipient, doc.id) : blockedBy(recipient, doc.id);
  if (before) return { do: 'wait', until: doc.expiresAt, why: `waits for ${before}, which is before it` };
  if (doc.notBefore !== undefined && doc.notBefore > now)
    return { do: 'wait', until: Math.min(doc.notBefore, doc.expiresAt), why: `tries again soon: ${doc.why ?? 'not sent'}` };
  if (!session) return { do: 'wait', until: doc.expiresAt, why: 'no agent is there' };
  if (doc.first !== undefined && doc.first !== session.id) return { do: 'give-up', as: 'superseded', why: 'its session is over' };
  if (!session.saidHello && !doc.first) return { do: 'wait', until: doc.expiresAt, why: 'its agent has not said hello yet' };
  if (facts.aside !== undefined && !doc.first) return { do: 'wait', until: doc.expiresAt, why: facts.aside };
  const byHook =
    facts.takesByHook && recipient.hooked === session.id && doc.bytes <= CONTEXT_BYTES && doc.mode !== 'immediate' && !doc.first;
  const idle = recipient.idle?.session === session.id || session.looksIdle;
  const still = Math.max(session.lastOutputAt, doc.createdAt) + HOOK_PATIENCE_MS;
  if (byHook && !idle && still > now)
    return { do: 'wait', until: Math.min(still, doc.expiresAt), why: "its agent is at work: left to the agent's hooks" };
  return { do: 'claim', session: session.id };
}

const QUIET = 'its agent does not want to be disturbed (`gt dnd off`)';

/** What passes by those that wait for quiet to end does not pass by one that is at the agent already. */
function inOtherHands({ line }: Recipient, id: string): string | undefined {
  const [first] = line
    .slice(
      0,
      Math.max(
        0,
        line.findIndex((entry) => entry.id === id),
      ),
    )
    .filter(({ path }) => path !== undefined);
  return first?.id;
}

/** What stood in its way when its time was over. */
function lateBecause(doc: Delivery, recipient: Recipient, saidHello: boolean): string {
  const before = blockedBy(recipient, doc.id);
  if (before) return `${before}, which is before it, was not taken in time`;
  if (!saidHello && !doc.first) return 'its agent did not say hello in time: `gt peek` shows where it stands';
  return doc.why ?? 'its agent did not come to rest in time';
}
