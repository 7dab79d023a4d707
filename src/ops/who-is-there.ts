import { addressOf, isAgentId } from '#core/holder';
import { OVERSEER } from '#core/mail';
import type { Agent, Run } from '#core/records';
import type { Addressee, Directory } from './addressees.ts';

/** Which agents are there, as the mailboxes that they have. */

type Books = Directory['books'];

const ofRun = (run: Run): Addressee => ({ box: addressOf(run), line: run.work });
const ofAgent = (agent: Agent): Addressee => ({ box: addressOf(agent), line: agent.id });

const live = async (books: Books, rig?: string): Promise<Run[]> =>
  books.readMany('run', await books.index(rig === undefined ? 'runs.live' : `runs.live:${rig}`));

const lasting = async (books: Books, rig?: string): Promise<Agent[]> =>
  books.readMany('agent', await books.index(rig === undefined ? 'agents' : `agents:${rig}`));

/** All agents that are at work or wanted. */
export async function everybodyOf(books: Books, rig?: string): Promise<Addressee[]> {
  const [runs, agents] = await Promise.all([live(books, rig), lasting(books, rig)]);
  return [...agents.filter(({ wanted }) => wanted).map(ofAgent), ...runs.map(ofRun)];
}

/** The polecats of a rig that have a run. */
export const runsOf = async (books: Books, rig: string): Promise<Addressee[]> => (await live(books, rig)).map(ofRun);

/** The crew of a rig. */
export const crewOf = async (books: Books, rig: string): Promise<Addressee[]> =>
  (await lasting(books, rig)).filter(({ role }) => role === 'crew').map(ofAgent);

/** Items of a rig that are looked through for a polecat's name that no run has. */
const LOOKED = 500;

/** A polecat of a rig by its name, also between two of its runs; or, of a `worker`, a crew member. */
export async function named(books: Books, rig: string, name: string, kind: 'polecat' | 'worker'): Promise<Addressee | undefined> {
  const run = (await live(books, rig)).find((one) => one.name === name);
  if (run) return ofRun(run);
  if (kind === 'worker') {
    const agent = (await lasting(books, rig)).find((one) => one.name === name && one.role === 'crew');
    if (agent) return ofAgent(agent);
  }
  const open = await books.readMany('work', await books.indexFromEnd(`work.open:${rig}`, LOOKED));
  const work = open.find(({ hold }) => hold?.name === name);
  return work && { box: `${rig}/polecats/${name}`, line: work.id };
}

/** The polecat of an item that is not done yet, also between two of its runs. */
export async function itemOf(books: Books, id: string): Promise<Addressee | undefined> {
  if (!/^[A-Za-z]\w*-\w/.test(id) || isAgentId(id)) return undefined;
  const work = await books.read('work', id);
  if (!work || work.status === 'closed') return undefined;
  const run = work.run ? await books.read('run', work.run) : undefined;
  if (run) return ofRun(run);
  return work.hold && { box: `${work.rig}/polecats/${work.hold.name}`, line: work.id };
}

/** Addresses that somebody may have meant. */
export async function knownAddresses({ books, groups }: Directory): Promise<string[]> {
  const [agents, runs, channels] = await Promise.all([lasting(books), live(books), books.index('channels')]);
  return [
    'mayor',
    OVERSEER,
    ...agents.flatMap((agent) => [addressOf(agent), agent.rig ? `${agent.rig}/${agent.name}` : agent.name]),
    ...runs.flatMap((run) => [`${run.rig}/${run.name}`, addressOf(run)]),
    ...Object.keys(groups).map((name) => `group:${name}`),
    ...channels.map((name) => `channel:${name}`),
  ];
}
