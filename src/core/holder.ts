import type { Agent, Run } from './records.ts';
import { type Refusal, refuse } from './refusals.ts';
import { actorFor, type Identity } from './roles.ts';

/**
 * Whoever has sessions: a run of a polecat, or a lasting agent. Ids tell which: `gp-4kx.r2` is a run; `hq-mayor`, `hq-deacon`, `hq-boot`, `hq-dog-rex`,
 * `gp-witness`, `gp-refinery` and `gp-crew-ann` are lasting agents. A session's id is its holder's with `.s<n>`.
 */
export type Holder = Run | Agent;

const AGENT_ID =
  /^(?:hq-(?:mayor|deacon|boot)|hq-dog-[A-Za-z][\w-]*|[A-Za-z]\w*-(?:witness|refinery)|[A-Za-z]\w*-crew-[A-Za-z][\w-]*)$/;

/** Whether an id is that of a lasting agent. */
export const isAgentId = (id: string): boolean => AGENT_ID.test(id);

/** The noun of a holder's record, by its id. */
export const holderNoun = (id: string): 'agent' | 'run' => (isAgentId(id) ? 'agent' : 'run');

/** Whether a holder is a lasting agent. */
export const isAgent = (holder: Holder): holder is Agent => 'role' in holder;

/** The id of the recipient record whose line is its: a polecat is spoken to by way of its item, over all runs of it. */
export const lineOf = (holder: Holder): string => (isAgent(holder) ? holder.id : holder.work);

/** Its address in its one spelling, which is also what it signs with. */
export const addressOf = (holder: Holder): string => actorFor(whoIs(holder));

/** Who it is, by role, rig and name. */
export const whoIs = (holder: Holder): Identity =>
  isAgent(holder)
    ? { role: holder.role, rig: holder.rig || undefined, name: holder.name }
    : { role: 'polecat', rig: holder.rig, name: holder.name };

/** Whether its life is over: no session will come any more. */
export const isOver = (holder: Holder): boolean => !isAgent(holder) && holder.state === 'ended';

/** Whether a token belongs to the holder's session of now: the only one that is heard. */
export const isCurrent = (holder: Holder, token: string): boolean =>
  !isOver(holder) && holder.session !== undefined && holder.session.exit === undefined && holder.session.token === token;

/** The refusal of a call that does not come from a holder's session of now: that session is over, or its token is another one (TOKEN_UNKNOWN). */
export function stale(holder: Holder | undefined, session: string): Refusal {
  const current = holder?.session && !isOver(holder) && !holder.session.exit ? holder.session.id : 'nobody';
  if (current === session) return refuse('TOKEN_UNKNOWN', { session });
  return refuse('SESSION_STALE', { session, work: holder ? lineOf(holder) : 'its item', current });
}

/** A rig by its name and the prefix of its ids. */
export type RigPrefix = { readonly name: string; readonly prefix: string };

/**
 * The id of the lasting agent that an address means, whether there is one or not: `mayor`, `deacon`, `dogs/rex`, `shop/witness`, `shop/crew/ann`; a `/` at the
 * end is allowed, and so is the id itself. Undefined for every other address.
 */
export function agentIdOf(address: string, rigs: readonly RigPrefix[]): string | undefined {
  const at = address.replace(/\/$/, '').replace(/^dog\//, 'dogs/');
  if (isAgentId(at)) return at;
  if (at === 'mayor' || at === 'deacon' || at === 'boot') return `hq-${at}`;
  if (at === 'deacon-boot') return 'hq-boot';
  const [first = '', second = '', name, ...more] = at.split('/');
  if (first === 'dogs' && name === undefined && second !== '') return valid(`hq-dog-${second}`);
  const rig = rigs.find((one) => one.name === first);
  if (!rig || more.length > 0) return undefined;
  if (name === undefined) return second === 'witness' || second === 'refinery' ? `${rig.prefix}-${second}` : undefined;
  return second === 'crew' ? valid(`${rig.prefix}-crew-${name}`) : undefined;
}

const valid = (id: string): string | undefined => (isAgentId(id) ? id : undefined);

/** Why nobody comes any more at the end of this line. */
export const goneBecause = (line: string): string => `${line} ${isAgentId(line) ? 'was removed' : 'is closed'}`;
