/** Who an agent is: its role, and where there is one its rig and its own name. Loads nothing: hooks ask it at every start. */

export const ROLES = ['mayor', 'deacon', 'boot', 'dog', 'witness', 'refinery', 'polecat', 'crew'] as const;
/** Those of which every rig has its own. */
export const RIG_ROLES = ['witness', 'refinery', 'polecat', 'crew'] as const satisfies readonly Role[];
export type Role = (typeof ROLES)[number];

export type Identity = {
  readonly role: Role;
  /** Of witness, refinery, polecat and crew. */
  readonly rig?: string | undefined;
  /** Of polecat, crew and dog. */
  readonly name?: string | undefined;
};

/** Which settings an agent's program gets: who may start without a word of anybody is told its mail at the start too. */
export type Template = 'interactive' | 'autonomous';

export const templateOf = (role: Role): Template => (role === 'mayor' || role === 'crew' ? 'interactive' : 'autonomous');

/** As whom it writes: into the books, and into commits. */
export function actorFor({ role, rig, name }: Identity): string {
  switch (role) {
    case 'mayor':
    case 'deacon':
      return role;
    case 'boot':
      return 'deacon-boot';
    case 'dog':
      return `dogs/${name}`;
    case 'witness':
    case 'refinery':
      return `${rig}/${role}`;
    case 'polecat':
      return `${rig}/polecats/${name}`;
    case 'crew':
      return `${rig}/crew/${name}`;
  }
}

/** Who writes so; undefined for the person, and for what is nobody's name. */
export function identityOfActor(actor: string): Identity | undefined {
  const [first = '', second = '', third, ...more] = actor.split('/');
  if (first === '' || more.length > 0) return undefined;
  if (actor === 'mayor' || actor === 'deacon') return { role: actor };
  if (actor === 'deacon-boot' || actor === 'boot') return { role: 'boot' };
  if (first === 'dogs') return second !== '' && third === undefined ? { role: 'dog', name: second } : undefined;
  if (third === undefined) return second === 'witness' || second === 'refinery' ? { role: second, rig: first } : undefined;
  if (third === '' || (second !== 'polecats' && second !== 'crew')) return undefined;
  return { role: second === 'crew' ? 'crew' : 'polecat', rig: first, name: third };
}

/**
 * Whose directory this is. @param path from the town's root, with `/` and without one at its ends; a directory below counts as well
 */
export function identityAt(path: string): Identity | undefined {
  const [first = '', second, third] = path.split('/');
  if (first === 'mayor') return { role: 'mayor' };
  if (first === 'deacon')
    return second === 'dogs' && third ? { role: 'dog', name: third } : { role: second === 'boot' ? 'boot' : 'deacon' };
  if (second === 'witness' || second === 'refinery') return { role: second, rig: first };
  if (second === 'polecats' && third) return { role: 'polecat', rig: first, name: third };
  if (second === 'crew' && third) return { role: 'crew', rig: first, name: third };
  return undefined;
}
