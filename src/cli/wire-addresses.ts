import { nearest, orList } from '#core/nearest';
import { type Refusal, refuse } from '#core/refusals';
import { polecatList } from '#views/polecat-list';
import { runOf } from '#views/run-of';
import type { Rig } from '#world/world';
import type { OpenTown } from './wire.ts';

/** The refusal of an agent's address that leads to nobody, with the nearest ones. */
async function nobodyNamed(agent: string, { desk: { books } }: OpenTown): Promise<Refusal> {
  const known = (await polecatList(books)).flatMap(({ address, name, work }) => [address, name, work]);
  const meant = nearest(agent, known);
  const hint = meant.length > 0 ? `Did you mean ${orList(meant)}?` : 'No polecat is at work: see `gt status`.';
  return refuse('AGENT_UNKNOWN', { agent, hint });
}

/** The work item whose agent is meant: by the agent's name or address (`<rig>/<name>`, `<rig>/polecats/<name>`), the item, its run or session. */
export async function workMeant(agent: string, town: OpenTown, rigs: readonly Rig[]): Promise<string | Refusal> {
  const { books } = town.desk;
  const run = await runOf(books, rigs, agent);
  if (run) return run.work;
  const work = await books.read('work', agent);
  return work ? work.id : nobodyNamed(agent, town);
}
