import { actorFor, type Identity } from './roles.ts';

/** Whom a memory concerns: `town`, `rig:<rig>`, `role:<role>`, or the address of one agent. */
export type MemoryScope = string;

/** The scopes whose memories an agent is told, the widest first. */
export const scopesOf = (who: Identity): readonly MemoryScope[] => [
  'town',
  ...(who.rig === undefined ? [] : [`rig:${who.rig}`]),
  `role:${who.role}`,
  actorFor(who),
];

/** A scope in words. */
export function scopeInWords(scope: MemoryScope): string {
  if (scope === 'town') return 'the town';
  const [kind, name = ''] = scope.split(':');
  return kind === 'rig' ? `rig ${name}` : kind === 'role' ? `role ${name}` : scope;
}
