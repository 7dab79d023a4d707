import { gtFor } from '#core/agent-words';
import { addressOf } from '#core/holder';
import { explain, isRefusal, type Refusal } from '#core/refusals';
import { loadTownSettings } from '#world/config/settings';
import type { Call } from './command.ts';
import { type Town, withDesk } from './wire.ts';
import { isMute, type LastingRole, placeOf, presetFor, startAgent } from './wire-lasting.ts';

/** Which agents come with the town. */

type From = Pick<Call, 'global' | 'io'>;

/** What became of the agent that comes with the town; `agent` is its address, null when none comes. */
export type Came = { readonly agent: string | null; readonly program: string | null; readonly says: string };

const ROLES: readonly string[] = ['mayor', 'deacon', 'crew'] satisfies readonly LastingRole[];
export const isRole = (role: string): role is 'mayor' | 'deacon' | 'crew' => ROLES.includes(role);

/**
 * Wants the mayor, where the settings say so, a program for it is there, and nobody has stopped it or put it aside before. Null when nothing is to be said: it is not asked
 * for, or the town's agents are none that one talks to.
 */
export async function wantMayor(from: From, town: Town, isUnwanted: boolean): Promise<Came | null | Refusal> {
  const loaded = loadTownSettings(town.root);
  if (isRefusal(loaded)) return loaded;
  if (isUnwanted || !loaded.settings.mayor.auto_start) return null;
  const none = (says: string): Came => ({ agent: null, program: null, says });
  const place = await placeOf(town, { role: 'mayor' }, from.io);
  if (isRefusal(place)) return place;
  const known = await withDesk(from, { wait: 'person' }, async ({ desk }) => (await desk.books.read('agent', place.id)) ?? null);
  if (isRefusal(known)) return known;
  const program = await presetFor(town, place, known?.agent, from.io);
  if (isRefusal(program)) {
    const { says, try: todo } = explain(program);
    return none(`No mayor: ${says} ${todo}`);
  }
  if (isMute(town, program)) return null;
  if (known && !known.wanted) return none('The mayor was stopped: gt mayor start');
  if (known?.killed || known?.asleep) return none(`The mayor ${known.killed ? 'was killed' : 'sleeps'}: gt wake mayor`);
  return wantNamed(from, { role: 'mayor' }, undefined);
}

/** Wants one agent, and says how to get to it. */
export async function wantNamed(
  from: From,
  named: { readonly role: LastingRole; readonly name?: string | undefined },
  program: string | undefined,
): Promise<Came | Refusal> {
  const begun = await startAgent(from, named, { agent: program });
  if (isRefusal(begun)) return begun;
  const { agent, already } = begun;
  const [address, attach] = [addressOf(agent), gtFor(agent, 'attach')];
  const isThere = already && agent.session !== undefined && agent.session.exit === undefined;
  return {
    agent: address,
    program: agent.using ?? agent.agent ?? null,
    says: isThere ? `${address} is there: ${attach}` : `${address} comes, and waits at its prompt: ${attach}`,
  };
}
