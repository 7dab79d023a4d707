import { nearest, orList } from '#core/nearest';
import type { Run } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { polecatList } from '#views/polecat-list';
import { runOf } from '#views/run-of';
import type { OpenTown } from './wire.ts';
import { openRigs } from './wire-rigs.ts';

/** The run that a person means by an agent's address or name, a work item, a run or a session. AGENT_UNKNOWN names the nearest. */
export async function agentRun(town: OpenTown, agent: string): Promise<Run | Refusal> {
  const all = await openRigs(town);
  if (isRefusal(all)) return all;
  const { books } = town.desk;
  const run = await runOf(books, all.rigs, agent);
  if (run) return run;
  const meant = nearest(
    agent,
    (await polecatList(books)).flatMap(({ address, work }) => [address, work]),
  );
  const hint = meant.length > 0 ? `Did you mean ${orList(meant)}?` : 'No polecat is at work: see `gt status`.';
  return refuse('AGENT_UNKNOWN', { agent, hint });
}

/** The agent whose terminal is meant when none is named: the only one that has one. */
export async function onlyAgent(town: OpenTown): Promise<string | Refusal> {
  const found = (await polecatList(town.desk.books)).filter(({ pid }) => pid !== null).map(({ address }) => address);
  const [only, ...others] = found;
  if (only === undefined) return refuse('NOBODY_WORKS');
  if (others.length === 0) return only;
  const named = found.slice(0, 10).join(', ');
  return refuse('ATTACH_WHICH', { count: found.length, names: found.length > 10 ? `${named}, …` : named });
}
