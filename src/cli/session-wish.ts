import { isRefusal, type Refusal } from '#core/refusals';
import { ROLES } from '#core/roles';
import { itemIn, type SessionWish } from '#views/sessions';
import { agentMeant } from './agent-run.ts';
import type { Io } from './command.ts';
import { unknownWork } from './ids.ts';
import type { OpenTown } from './wire.ts';
import { listAgents } from './wire-agents.ts';
import { rigHere } from './wire-rigs.ts';

/** Why no session fits: a name that nobody has. Undefined where all is known, and only has no session. Asked when none was found: what is gone may have had some. */
export async function nobodyWished(
  town: OpenTown,
  io: Io,
  { rig, item, agent }: Pick<SessionWish, 'rig' | 'item' | 'agent'>,
): Promise<Refusal | undefined> {
  const of = rig === undefined ? undefined : rigHere(town, rig, io);
  if (isRefusal(of)) return of;
  if (item !== undefined && !(await town.desk.books.read('work', itemIn(item)))) return unknownWork(item, town);
  if (agent === undefined || ROLES.some((role) => role === agent)) return undefined;
  const programs = listAgents(town, io);
  if (!isRefusal(programs) && programs.some(({ name }) => name === agent)) return undefined;
  const meant = await agentMeant(town, agent);
  return isRefusal(meant) ? meant : undefined;
}
