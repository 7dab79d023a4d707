import { agentIdOf, type RigPrefix } from './holder.ts';
import { nearest, orList } from './nearest.ts';
import { type Refusal, refuse } from './refusals.ts';

/** To whom mail may be addressed. What an address comes down to (mailboxes, agents) is told by who reads the books. */
export type Address =
  | { readonly kind: 'overseer' }
  /** An agent that lasts, or the role that it would sit in: a role that is code has no agent, and is written to all the same. */
  | { readonly kind: 'lasting'; readonly id: string }
  /** `shop/polecats/toast`. */
  | { readonly kind: 'polecat'; readonly rig: string; readonly name: string }
  /** `shop/toast`: a polecat or a crew member of that name. */
  | { readonly kind: 'worker'; readonly rig: string; readonly name: string }
  /** A work item, a run or a session: its agent. */
  | { readonly kind: 'item'; readonly id: string }
  /** Everybody: of the town, or of a rig. */
  | { readonly kind: 'everybody'; readonly rig?: string }
  /** One role in every rig: all witnesses, all refineries, all polecats, all crew. */
  | { readonly kind: 'role'; readonly role: (typeof RIG_ROLES)[number]; readonly rig?: string }
  | { readonly kind: 'group' | 'channel' | 'queue'; readonly name: string }
  | { readonly kind: 'plugin'; readonly rig: string; readonly name: string };

/** What an address is read against: the rigs of the town, the name of this machine, and names for a wrong one to be compared with. */
export type AddressGround = {
  readonly rigs: readonly RigPrefix[];
  readonly machine: string;
  readonly known?: readonly string[];
};

const RIG_ROLES = ['witness', 'refinery', 'polecats', 'crew'] as const;
const NAMED = /^(group|channel|queue):([A-Za-z][\w.-]{0,63})$/;
const NAME = /^[A-Za-z][\w-]{0,63}$/;
const ITEM = /^[a-z][a-z0-9]*-[a-z0-9]+(?:[.-][\w-]+)*$/;
const OVERSEERS: readonly string[] = ['overseer', 'human', 'me', '--human'];

/**
 * Reads an address as somebody wrote it. A `/` at the end is allowed; so is the name of this machine before a colon.
 * @returns ADDRESS_UNKNOWN with the nearest ones; MACHINE_UNKNOWN for another machine
 */
export function parseAddress(written: string, ground: AddressGround): Address | Refusal {
  const said = written.trim().replace(/\/$/, '');
  const named = NAMED.exec(said);
  if (named) return { kind: named[1] as 'group', name: named[2] ?? '' };
  const colon = said.indexOf(':');
  if (colon > 0) {
    const machine = said.slice(0, colon);
    if (machine !== ground.machine && machine !== 'localhost')
      return refuse('MACHINE_UNKNOWN', { machine, here: ground.machine });
    return parseAddress(said.slice(colon + 1), ground);
  }
  return readPlain(said, ground) ?? unknownAddress(written, ground);
}

function readPlain(said: string, { rigs }: AddressGround): Address | undefined {
  if (OVERSEERS.includes(said)) return { kind: 'overseer' };
  if (said === '@town' || said === '*') return { kind: 'everybody' };
  const id = agentIdOf(said, rigs);
  if (id !== undefined) return { kind: 'lasting', id };
  const [first = '', second, third, ...more] = said.split('/');
  if (more.length > 0) return undefined;
  if (second === undefined) return ITEM.test(said) ? { kind: 'item', id: said } : undefined;
  if (first === '@rig') return third === undefined && isRig(second, rigs) ? { kind: 'everybody', rig: second } : undefined;
  if (first === '*') return third === undefined ? inRole(second) : undefined;
  if (!isRig(first, rigs)) return undefined;
  if (second === '*') return third === undefined ? { kind: 'everybody', rig: first } : undefined;
  if (third === '*' || (third === undefined && (second === 'polecats' || second === 'crew'))) return inRole(second, first);
  if (third === undefined) return NAME.test(second) ? { kind: 'worker', rig: first, name: second } : undefined;
  if (!NAME.test(third)) return undefined;
  if (second === 'polecats') return { kind: 'polecat', rig: first, name: third };
  return second === 'plugins' ? { kind: 'plugin', rig: first, name: third } : undefined;
}

const isRig = (name: string, rigs: readonly RigPrefix[]): boolean => rigs.some((rig) => rig.name === name);

function inRole(word: string, rig?: string): Address | undefined {
  const role = RIG_ROLES.find((one) => one === word || (one === 'polecats' && word === 'polecat'));
  return role === undefined ? undefined : { kind: 'role', role, ...(rig === undefined ? {} : { rig }) };
}

/** The refusal of an address that is nobody's, with the nearest ones. */
export function unknownAddress(address: string, { rigs, known = [] }: AddressGround): Refusal {
  const all = [
    ...known,
    'mayor',
    'deacon',
    'overseer',
    '@town',
    ...rigs.flatMap(({ name }) => [`${name}/witness`, `${name}/refinery`, `@rig/${name}`, `${name}/*`]),
  ];
  return refuse('ADDRESS_UNKNOWN', { address, hint: `Did you mean ${orList(nearest(address, all))}?` });
}
