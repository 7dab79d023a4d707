import { isRefusal, type Refusal } from '#core/refusals';
import { type RoleView, roleView } from '#views/role-view';
import type { Io } from './command.ts';
import type { OpenTown } from './wire.ts';
import { factsOf } from './wire-facts.ts';
import { type Named, nobody, placeOf } from './wire-lasting.ts';
import { openRig } from './wire-rigs.ts';

/** What a role does, and who does it. AGENT_NOT_MADE for crew and dogs that nobody has made. */
export async function lookAtRole(town: OpenTown, named: Named, io: Io): Promise<RoleView | Refusal> {
  const place = await placeOf(town, named, io);
  if (isRefusal(place)) return place;
  const [rig, facts] = [place.rig === '' ? undefined : await openRig(town, place.rig), await factsOf(town)];
  if (isRefusal(rig)) return rig;
  if (isRefusal(facts)) return facts;
  const view = await roleView(town.desk.books, { ...place, rig }, facts.processes);
  return view.agent === null && (place.role === 'crew' || place.role === 'dog') ? nobody(place, town) : view;
}
