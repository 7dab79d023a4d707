import { type Address, parseAddress, unknownAddress } from '#core/address';
import { addressOf, isAgentId, type RigPrefix } from '#core/holder';
import { CHANNEL_POST, CONSUMED, mailboxOf, OVERSEER } from '#core/mail';
import { nearest, orList } from '#core/nearest';
import { isProtocol } from '#core/protocol-mail';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Books } from '#world/store/books';
import { crewOf, everybodyOf, itemOf, knownAddresses, named, runsOf } from './who-is-there.ts';

/** What addresses are read against, beside the books. */
export type Ground = {
  readonly rigs: readonly RigPrefix[];
  /** The name of this machine. */
  readonly machine: string;
  /** Addresses by the name of their group. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
};

/** Where addresses are looked up. */
export type Directory = Ground & { readonly books: Pick<Books, 'read' | 'readMany' | 'index' | 'indexFromEnd'> };

/** A mailbox that an address comes down to. */
export type Addressee = {
  /** Its one spelling: `mayor`, `shop/polecats/toast`, `overseer`, `channel:news`. */
  readonly box: string;
  /** Whose agent is told: the id of its item, or its own. Without it the letter only lies there. */
  readonly line?: string;
  /** False: it lies in the mailbox, unread, and its agent is not told of it now. */
  readonly tell?: boolean;
  /** Counts as read, or goes into the archive, at once: why. */
  readonly filed?: { readonly as: 'read' | 'archived'; readonly why: string };
  /** The address that was written, where this mailbox is another's. */
  readonly for?: string;
};

/** Goes into the archive of a role that is code: the books hold what it tells of. */
export const AS_CONSUMED = { as: 'archived', why: CONSUMED } as const;

/** What is sent, as far as it matters for who gets it. */
export type Sending = {
  readonly type?: string | undefined;
  /** Who sends: what goes to many does not come back. */
  readonly from?: string | undefined;
  readonly fromLine?: string | undefined;
};

/** The mailboxes of addresses, each once; or why the first of them is nobody's: then nothing is to be sent to anybody. */
export async function resolveAddresses(
  directory: Directory,
  addresses: readonly string[],
  sending: Sending = {},
): Promise<{ readonly boxes: readonly Addressee[] } | Refusal> {
  const boxes = new Map<string, Addressee>();
  for (const address of addresses) {
    const found = await resolve({ ...directory, sending }, address, []);
    if (isRefusal(found)) return found;
    for (const one of found) {
      const known = boxes.get(mailboxOf(one));
      boxes.set(mailboxOf(one), known ? joined(known, one) : one);
    }
  }
  return { boxes: [...boxes.values()] };
}

/** One letter for a mailbox that several addresses come down to: its own, or for all those in whose place it is. */
function joined(a: Addressee, b: Addressee): Addressee {
  const whom = a.for !== undefined && b.for !== undefined ? [...new Set([...a.for.split(', '), b.for])].join(', ') : undefined;
  const { for: _, ...rest } = a;
  return whom === undefined ? rest : { ...rest, for: whom };
}

type Within = Directory & { readonly sending: Sending };

/** @param path groups that this address stands in, outermost first */
async function resolve(within: Within, written: string, path: readonly string[]): Promise<readonly Addressee[] | Refusal> {
  const address = parseAddress(written, within);
  if (isRefusal(address))
    return (address.refused === 'ADDRESS_UNKNOWN' && (await byName(within, written))) || unknown(within, written, address);
  const found = await mailboxes(within, address, written, path);
  if (isRefusal(found) || found.length > 0) return found;
  if (address.kind === 'everybody' || address.kind === 'role' || address.kind === 'group')
    return refuse('MAIL_NOBODY', { address: written });
  return (await byName(within, written)) ?? (await withoutAgent(within, address)) ?? unknown(within, written);
}

/** An item that is there, and that nobody has. */
async function withoutAgent({ books }: Within, address: Address): Promise<Refusal | undefined> {
  const work = address.kind === 'item' ? await books.read('work', ofItem(address.id)) : undefined;
  const why = work?.status === 'closed' ? 'it is closed' : 'it was not slung yet, or is waiting for a slot';
  return work && refuse('ITEM_WITHOUT_AGENT', { item: work.id, why });
}

/** The item of a run or a session; an item's own. */
const ofItem = (id: string): string => id.replace(/\.r\d+(\.s\d+)?$/, '');

async function mailboxes(
  within: Within,
  address: Address,
  written: string,
  path: readonly string[],
): Promise<readonly Addressee[] | Refusal> {
  const { books } = within;
  switch (address.kind) {
    case 'overseer':
      return [{ box: OVERSEER }];
    case 'lasting':
      return lasting(within, address.id);
    case 'polecat':
    case 'worker':
      return some(await named(books, address.rig, address.name, address.kind));
    case 'item':
      return some(await itemOf(books, ofItem(address.id)));
    case 'everybody':
      return others(within, await everybodyOf(books, address.rig));
    case 'role':
      return others(within, await inRole(within, address));
    case 'group':
      return inGroup(within, address.name, path);
    case 'channel':
      return inChannel(within, address.name, written);
    case 'queue':
      return [{ box: `queue:${address.name}` }];
    case 'plugin':
      return [await inPlaceOf(within, `${address.rig}/plugins/${address.name}`)];
    default:
      return address satisfies never;
  }
}

const some = (one: Addressee | undefined): Addressee[] => (one ? [one] : []);

/** All but who sends. */
const others = ({ sending }: Within, all: readonly Addressee[]): Addressee[] =>
  all.filter((one) => (sending.fromLine === undefined ? one.box !== sending.from : one.line !== sending.fromLine));

/**
 * A lasting agent. A role that is code has an address too: what the books tell already is filed there, and anything else is for whoever can read it in its
 * place. Crew and dogs are made first.
 */
async function lasting(within: Within, id: string): Promise<readonly Addressee[] | Refusal> {
  const agent = await within.books.read('agent', id);
  const box = agent ? addressOf(agent) : roleAddress(id, within.rigs);
  if (id === 'hq-mayor' || (agent && !agent.removed && (agent.wanted || agent.role === 'crew' || agent.role === 'dog')))
    return [{ box, line: id }];
  if (/^hq-dog-|-crew-/.test(id)) return [];
  const { type } = within.sending;
  return [type !== undefined && isProtocol(type) ? { box, filed: AS_CONSUMED } : await inPlaceOf(within, box)];
}

/** The address of a role, from the id that its agent has or would have. */
function roleAddress(id: string, rigs: readonly RigPrefix[]): string {
  const rig = rigs.find(({ prefix }) => id === `${prefix}-witness` || id === `${prefix}-refinery`);
  return rig ? `${rig.name}/${id.slice(rig.prefix.length + 1)}` : id.replace(/^hq-/, '');
}

/** Who reads what is for somebody without an agent: the mayor, or the person where none is wanted. */
async function inPlaceOf({ books }: Within, address: string): Promise<Addressee> {
  const mayor = await books.read('agent', 'hq-mayor');
  return mayor?.wanted ? { box: 'mayor', line: 'hq-mayor', for: address } : { box: OVERSEER, for: address };
}

async function inRole(within: Within, { role, rig }: Address & { kind: 'role' }): Promise<Addressee[]> {
  const rigs = within.rigs.filter(({ name }) => rig === undefined || name === rig);
  if (role === 'polecats') return (await Promise.all(rigs.map(({ name }) => runsOf(within.books, name)))).flat();
  if (role === 'crew') return (await Promise.all(rigs.map(({ name }) => crewOf(within.books, name)))).flat();
  const found = await resolveAddresses(
    within,
    rigs.map(({ name }) => `${name}/${role}`),
    within.sending,
  );
  return isRefusal(found) ? [] : [...found.boxes];
}

async function inGroup(within: Within, name: string, path: readonly string[]): Promise<readonly Addressee[] | Refusal> {
  const members = within.groups[name];
  if (!members) {
    const near = nearest(name, Object.keys(within.groups)).map((one) => `group:${one}`);
    return refuse('GROUP_UNKNOWN', { name, hint: near.length > 0 ? `Did you mean ${orList(near)}? ` : '' });
  }
  if (path.includes(name)) return refuse('GROUP_CYCLE', { path: [...path, name].join(' → ') });
  const all: Addressee[] = [];
  for (const member of members) {
    const found = await resolve(within, member, [...path, name]);
    // A part of a group may be empty: nobody of its agents is there.
    if (isRefusal(found) && found.refused !== 'MAIL_NOBODY') return found;
    if (!isRefusal(found)) all.push(...found);
  }
  return others(within, all);
}

/** The channel itself, where its posts can be read, and those who have subscribed and are there. */
async function inChannel(within: Within, name: string, written: string): Promise<readonly Addressee[] | Refusal> {
  const channel = await within.books.read('channel', name);
  if (!channel) return refuse('CHANNEL_UNKNOWN', { name, address: written });
  const found = await Promise.all(
    channel.subscribers.map(async ({ box, line }): Promise<Addressee | undefined> => {
      if (line === undefined) return { box };
      if (!isAgentId(line)) return itemOf(within.books, line);
      return (await within.books.read('agent', line))?.removed ? undefined : { box, line };
    }),
  );
  const own: Addressee = { box: `channel:${name}`, filed: { as: 'read', why: CHANNEL_POST } };
  return [
    own,
    ...others(
      within,
      found.filter((one) => one !== undefined),
    ),
  ];
}

/** A name alone, where one agent in the town has it. */
async function byName({ books, rigs }: Within, written: string): Promise<readonly Addressee[] | undefined> {
  const name = written.trim().replace(/\/$/, '');
  if (!/^[A-Za-z][\w-]*$/.test(name)) return undefined;
  const everywhere = await Promise.all(rigs.map((one) => named(books, one.name, name, 'worker')));
  const those = everywhere.filter((one) => one !== undefined);
  return those.length === 1 ? those : undefined;
}

async function unknown(within: Within, written: string, why?: Refusal): Promise<Refusal> {
  if (why && why.refused !== 'ADDRESS_UNKNOWN') return why;
  return unknownAddress(written, { ...within, known: await knownAddresses(within) });
}

/** The mailbox that somebody looks into: that of a role is its own, also where what is for it goes to another. */
export async function mailboxOfAddress(
  directory: Directory,
  written: string,
): Promise<Pick<Addressee, 'box' | 'line'> | Refusal> {
  const address = parseAddress(written, directory);
  if (!isRefusal(address)) {
    if (address.kind === 'lasting' && !/^hq-dog-|-crew-/.test(address.id))
      return { box: roleAddress(address.id, directory.rigs) };
    if (address.kind === 'channel' || address.kind === 'queue') return { box: `${address.kind}:${address.name}` };
  }
  const found = await resolveAddresses(directory, [written]);
  if (isRefusal(found)) return found;
  const [only, ...more] = found.boxes;
  if (only && more.length === 0) return only;
  return refuse('USAGE', { what: `${written} is ${found.boxes.length} mailboxes.`, hint: 'Name one of them.' });
}
