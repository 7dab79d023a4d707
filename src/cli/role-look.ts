import type { Refusal } from '#core/refusals';
import { isRefusal } from '#core/refusals';
import { type RoleView, roleView } from '#views/role-view';
import type { Io } from './command.ts';
import type { OpenTown } from './wire.ts';
import { factsOf } from './wire-facts.ts';
import { type LastingRole, type Named, placeOf } from './wire-lasting.ts';
import { openRig } from './wire-rigs.ts';

/** Roles that gt fills itself: without an agent there, their patrol or train is what there is to see. */
export const CODE: readonly LastingRole[] = ['deacon', 'boot', 'witness', 'refinery'];

/** What a role does, and who does it. */
export async function lookAtRole(town: OpenTown, named: Named, io: Io): Promise<RoleView | Refusal> {
  const place = await placeOf(town, named, io);
  if (isRefusal(place)) return place;
  const [rig, facts] = [place.rig === '' ? undefined : await openRig(town, place.rig), await factsOf(town)];
  if (isRefusal(rig)) return rig;
  return isRefusal(facts) ? facts : roleView(town.desk.books, { ...place, rig }, facts.processes);
}

/** The role that gt fills itself which an address means: `deacon`, `shop/witness`. Undefined for any other. */
export function codeRoleIn(address: string): Named | undefined {
  const [, ofTown, rig, ofRig] = /^(?:(deacon|boot)|([^/]+)\/(witness|refinery))\/?$/.exec(address) ?? [];
  const role = ofTown ?? ofRig;
  return role === undefined ? undefined : { role: role as LastingRole, ...(rig !== undefined && { rig }) };
}
