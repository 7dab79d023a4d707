import { addressOf, type Holder } from '#core/holder';
import { nearest, orList } from '#core/nearest';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { holderNamed } from '#views/holder-named';
import { polecatList } from '#views/polecat-list';
import type { OpenTown } from './wire.ts';
import { openRigs } from './wire-rigs.ts';

/** The run or lasting agent that a person means by an agent's address or name, a work item, a run or a session. AGENT_UNKNOWN names the nearest. */
export async function agentMeant(town: OpenTown, agent: string): Promise<Holder | Refusal> {
  const all = await openRigs(town);
  if (isRefusal(all)) return all;
  const { books } = town.desk;
  const holder = await holderNamed(books, all.rigs, agent);
  if (holder) return holder;
  const lasting = await books.readMany('agent', await books.index('agents'));
  const known = (await polecatList(books)).flatMap(({ address, name, work }) => [address, name, work]);
  const meant = nearest(agent, [...known, ...lasting.map(addressOf)]);
  const hint = meant.length > 0 ? `Did you mean ${orList(meant)}?` : 'No agent is at work: see `gt status`.';
  return refuse('AGENT_UNKNOWN', { agent, hint });
}

/** The agent whose terminal is meant when none is named: the only one that has one. */
export async function onlyAgent(town: OpenTown): Promise<string | Refusal> {
  const { books } = town.desk;
  const lasting = await books.readMany('agent', await books.index('agents'));
  const live = lasting.filter(({ session }) => session && !session.exit && session.pid !== undefined).map(addressOf);
  const polecats = (await polecatList(books)).filter(({ pid }) => pid !== null).map(({ address }) => address);
  const found = [...live, ...polecats];
  const [only, ...others] = found;
  if (only === undefined) return refuse('NOBODY_WORKS');
  if (others.length === 0) return only;
  const named = found.slice(0, 10).join(', ');
  return refuse('ATTACH_WHICH', { count: found.length, names: found.length > 10 ? `${named}, …` : named });
}
