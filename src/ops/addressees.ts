import { addressOf, agentIdOf, isAgentId, type RigPrefix } from '#core/holder';
import { OVERSEER } from '#core/mail';
import { nearest, orList } from '#core/nearest';
import type { Run } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Books } from '#world/store/books';

/** Where addresses are looked up: the books, and the town's rigs. */
export type Directory = {
  readonly books: Pick<Books, 'read' | 'readMany' | 'index'>;
  readonly rigs: readonly RigPrefix[];
};

/** A mailbox that an address comes down to. */
export type Addressee = {
  /** Its one spelling: `mayor`, `shop/polecats/toast`, `overseer`. */
  readonly box: string;
  /** Whose agent is told: the id of its item, or its own. Without it the letter only lies there. */
  readonly line?: string;
  /** False: it lies in the mailbox, unread, and its agent is not told of it now. */
  readonly tell?: boolean;
  /** Goes into the archive at once, for this reason. */
  readonly filed?: string;
  /** The address that was written, where this mailbox is another's. */
  readonly for?: string;
};

/** The mailboxes of addresses, each once; ADDRESS_UNKNOWN for the first that is nobody's. */
export async function resolveAddresses(
  directory: Directory,
  addresses: readonly string[],
): Promise<{ readonly boxes: readonly Addressee[] } | Refusal> {
  const boxes = new Map<string, Addressee>();
  for (const address of addresses) {
    const found = await resolveAddress(directory, address);
    if (isRefusal(found)) return found;
    for (const one of found) boxes.set(`${one.box} ${one.line ?? ''}`, one);
  }
  return { boxes: [...boxes.values()] };
}

async function resolveAddress(directory: Directory, written: string): Promise<readonly Addressee[] | Refusal> {
  const { books, rigs } = directory;
  const address = written
    .trim()
    .replace(/^this-machine:/, '')
    .replace(/(?<=.)\/$/, '');
  if (['overseer', 'human', '--human'].includes(address)) return [{ box: OVERSEER }];
  const id = agentIdOf(address, rigs);
  if (id !== undefined) return lasting(directory, id, written);
  const [rig = '', second = '', third] = address.split('/');
  const name = second === 'polecats' ? third : third === undefined ? second : undefined;
  if (name && rigs.some((one) => one.name === rig)) {
    const found = await named(books, rig, name);
    if (found) return [found];
  }
  if (!address.includes('/')) {
    const item = await itemOf(books, address.replace(/\.r\d+(\.s\d+)?$/, ''));
    if (item) return [item];
    const everywhere = await Promise.all(rigs.map((one) => named(books, one.name, address)));
    const those = everywhere.filter((one) => one !== undefined);
    if (those.length === 1) return those;
  }
  return unknown(directory, written);
}

/** A lasting agent. Those of the town and of a rig's roles have an address whether they are there or not; crew and dogs are made first. */
async function lasting(directory: Directory, id: string, written: string): Promise<readonly Addressee[] | Refusal> {
  const agent = await directory.books.read('agent', id);
  if (agent) return [{ box: addressOf(agent), line: id }];
  if (id === 'hq-mayor') return [{ box: 'mayor', line: id }];
  if (/^hq-dog-|-crew-/.test(id)) return unknown(directory, written);
  return [{ box: 'mayor', line: 'hq-mayor' }];
}

/** A crew member or a polecat of a rig by its name. */
async function named(books: Directory['books'], rig: string, name: string): Promise<Addressee | undefined> {
  const [runs, agents] = await Promise.all([
    books.index(`runs.live:${rig}`).then((ids) => books.readMany('run', ids)),
    books.index(`agents:${rig}`).then((ids) => books.readMany('agent', ids)),
  ]);
  const run = runs.find((one) => one.name === name);
  if (run) return ofRun(run);
  const agent = agents.find((one) => one.name === name && one.role === 'crew');
  return agent && { box: addressOf(agent), line: agent.id };
}

/** The polecat of an item that is not done yet, also between two of its runs. */
async function itemOf(books: Directory['books'], id: string): Promise<Addressee | undefined> {
  if (!/^[A-Za-z]\w*-\w/.test(id) || isAgentId(id)) return undefined;
  const work = await books.read('work', id);
  if (!work || work.status === 'closed') return undefined;
  const run = work.run ? await books.read('run', work.run) : undefined;
  if (run) return ofRun(run);
  return work.hold && { box: `${work.rig}/polecats/${work.hold.name}`, line: work.id };
}

const ofRun = (run: Run): Addressee => ({ box: addressOf(run), line: run.work });

async function unknown({ books, rigs }: Directory, address: string): Promise<Refusal> {
  const [agents, runs] = await Promise.all([
    books.index('agents').then((ids) => books.readMany('agent', ids)),
    books.index('runs.live').then((ids) => books.readMany('run', ids)),
  ]);
  const known = [
    'mayor',
    OVERSEER,
    ...agents.map(addressOf),
    ...runs.map(addressOf),
    ...runs.map((run) => `${run.rig}/${run.name}`),
  ];
  const hint = `Did you mean ${orList(nearest(address, [...known, ...rigs.map(({ name }) => `${name}/witness`)]))}?`;
  return refuse('ADDRESS_UNKNOWN', { address, hint });
}
