import type { Agent } from './records.ts';

/** The words of gt for one lasting agent: `gt mayor start`, `gt witness attach shop`, `gt crew stop shop/ann`. */
export function gtFor({ role, rig, name }: Pick<Agent, 'role' | 'rig' | 'name'>, verb: string): string {
  if (role === 'witness' || role === 'refinery') return `gt ${role} ${verb} ${rig}`;
  if (role === 'crew') return `gt crew ${verb} ${rig}/${name}`;
  return role === 'dog' ? `gt dog ${verb} ${name}` : `gt ${role} ${verb}`;
}

/** Who an id means. @param rigs names of rigs by the prefixes of their ids. Undefined for an id of a rig that is not there, and for what is no agent's id */
export function agentOfId(id: string, rigs: ReadonlyMap<string, string>): Pick<Agent, 'role' | 'rig' | 'name'> | undefined {
  const ofTown = /^hq-(?:(mayor|deacon|boot)|dog-(.+))$/.exec(id);
  if (ofTown) {
    const role = ofTown[1] as 'mayor' | 'deacon' | 'boot' | undefined;
    return role ? { role, rig: '', name: role } : { role: 'dog', rig: '', name: ofTown[2] ?? '' };
  }
  const ofRig = /^(\w+)-(?:(witness|refinery)|crew-(.+))$/.exec(id);
  const rig = rigs.get(ofRig?.[1] ?? '');
  if (!ofRig || rig === undefined) return undefined;
  const role = ofRig[2] as 'witness' | 'refinery' | undefined;
  return role ? { role, rig, name: role } : { role: 'crew', rig, name: ofRig[3] ?? '' };
}

/** Roles that gt fills itself: without an agent there, their patrol or train is what there is to see. */
export const CODE_ROLES = ['deacon', 'boot', 'witness', 'refinery'] as const;

/** The role that gt fills itself which an address means: `deacon`, `shop/witness`. Undefined for any other. */
export function codeRoleIn(address: string): { readonly role: (typeof CODE_ROLES)[number]; readonly rig?: string } | undefined {
  const [, ofTown, rig, ofRig] = /^(?:(deacon|boot)|([^/]+)\/(witness|refinery))\/?$/.exec(address) ?? [];
  const role = (ofTown ?? ofRig) as (typeof CODE_ROLES)[number] | undefined;
  return role && { role, ...(rig !== undefined && { rig }) };
}
