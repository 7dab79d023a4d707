import type { Agent } from './records.ts';

/** The words of gt for one lasting agent: `gt mayor start`, `gt witness attach shop`, `gt crew stop shop/ann`. */
export function gtFor({ role, rig, name }: Pick<Agent, 'role' | 'rig' | 'name'>, verb: string): string {
  if (role === 'witness' || role === 'refinery') return `gt ${role} ${verb} ${rig}`;
  if (role === 'crew') return `gt crew ${verb} ${rig}/${name}`;
  return role === 'dog' ? `gt dog ${verb} ${name}` : `gt ${role} ${verb}`;
}
