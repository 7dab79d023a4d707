import { gtFor } from '#core/agent-words';
import { agentLayers, resolveAgent } from '#core/agents';
import { addressOf, type Holder, isAgentId } from '#core/holder';
import { RESERVED_NAMES } from '#core/names';
import { nearest, orList } from '#core/nearest';
import type { Agent } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Role } from '#core/roles';
import { type Wanted, type Wish, wantAgent } from '#ops/want-agent';
import { lastingList } from '#views/agents';
import { directoryOf } from '#world/agents/launch-agent';
import { agentOf, agentPlaces, missingProgram } from '#world/agents/presets';
import { loadTownSettings } from '#world/config/settings';
import type { Call, Io } from './command.ts';
import { type OpenTown, type Town, townOf, withDesk } from './wire.ts';
import { untilEvent } from './wire-events.ts';
import { openRig, rigHere } from './wire-rigs.ts';

/** Agents that last, for the command line: who is meant, and how one is brought. */

type From = Pick<Call, 'global' | 'io'>;

/** Who is meant: the place of a lasting agent in the town, whether somebody is there or not. */
export type Place = Pick<Agent, 'id' | 'role' | 'rig' | 'name' | 'dir'>;
export type LastingRole = Exclude<Role, 'polecat'>;

/** How a place is named on the command line: the rig of a witness or refinery; the name of crew (`ann`, `shop/ann`, `shop/crew/ann`) or of a dog. */
export type Named = { readonly role: LastingRole; readonly name?: string | undefined; readonly rig?: string | undefined };

const LONGEST_NAME = 40;

/** Finds the place. USAGE for a name that nobody can have, or where the rig is not clear. */
export async function placeOf(town: Town, { role, name, rig }: Named, io: Io): Promise<Place | Refusal> {
  const made = (id: string, of: string, called: string): Place => ({
    id,
    role,
    rig: of,
    name: called,
    dir: directoryOf({ role, rig: of, name: called }, town.layout),
  });
  if (role === 'mayor' || role === 'deacon' || role === 'boot') return made(`hq-${role}`, '', role);
  if (role === 'dog') {
    const called = (name ?? '').replace(/^dogs?\//, '').replace(/\/$/, '');
    return fits(`hq-dog-${called}`, called) ? made(`hq-dog-${called}`, '', called) : badName(called);
  }
  const parts = (role === 'crew' ? (name ?? '') : (name ?? rig ?? '')).replace(/\/$/, '').split('/');
  const asked = role === 'crew' ? (parts.length > 1 ? parts[0] : rig) : parts[0] || rig;
  const of = rigHere(town, asked, io);
  if (isRefusal(of)) return of;
  const opened = await openRig(town, of);
  if (isRefusal(opened)) return opened;
  const { prefix } = opened.file.beads;
  if (role !== 'crew') return made(`${prefix}-${role}`, of, role);
  const called = parts.at(-1) ?? '';
  const id = `${prefix}-crew-${called}`;
  return fits(id, called) ? made(id, of, called) : badName(called);
}

const fits = (id: string, name: string): boolean =>
  isAgentId(id) && name.length <= LONGEST_NAME && !RESERVED_NAMES.has(name.toLowerCase());

const badName = (name: string): Refusal =>
  refuse('USAGE', {
    what: `\`${name}\` cannot be a name.`,
    hint: `Take letters, digits, - and _, beginning with a letter, ${LONGEST_NAME} at most, and not the word for a role.`,
  });

/** The preset that an agent in this place would have, or why it cannot be started: nobody defines it, or its program is not there. */
export async function presetFor(
  town: Town,
  { role, rig: of, name }: Place,
  flag: string | undefined,
  io: Io,
): Promise<string | Refusal> {
  const rig = of === '' ? undefined : await openRig(town, of);
  if (isRefusal(rig)) return rig;
  const loaded = rig ?? loadTownSettings(town.root);
  if (isRefusal(loaded)) return loaded;
  const { settings } = loaded;
  const { agent, fields } = resolveAgent(agentLayers({ flag, worker: name, role, settings }));
  const places = agentPlaces(town.layout, settings.agents, rig?.layout);
  if (isRefusal(places)) return places;
  const defined = agentOf(agent, places, fields);
  if (isRefusal(defined)) return defined;
  // An agent's shell may have lost PATH.
  return (io.env['GT_SESSION'] ? undefined : missingProgram(defined, io.env['PATH'] ?? '')) ?? agent;
}

/** Whether a program that gt knows takes no prompt: such a one is for work items alone. */
export function isMute(town: Town, agent: string): boolean {
  const places = agentPlaces(town.layout);
  const defined = isRefusal(places) ? places : agentOf(agent, places);
  return !isRefusal(defined) && defined.preset.prompt.how === 'none';
}

/** What may be said when an agent is started. */
export type StartWish = Pick<Wish, 'agent' | 'first' | 'goOn' | 'branch'>;

/** Wants whoever is named; what would keep its program from starting is said at once. */
export async function startAgent(from: From, named: Named, wish: StartWish): Promise<Wanted | Refusal> {
  const town = townOf(from);
  if (isRefusal(town)) return town;
  const place = await placeOf(town, named, from.io);
  if (isRefusal(place)) return place;
  return withDesk(from, { wait: 'person' }, async (open) => {
    const known = await open.desk.books.read('agent', place.id);
    const isMade = known !== undefined && !known.removed;
    if (!isMade && (place.role === 'crew' || place.role === 'dog')) return nobody(place, open);
    const preset = await presetFor(town, place, wish.agent ?? known?.agent, from.io);
    if (isRefusal(preset)) return preset;
    // Whoever names a program knows it; what settings say for work items would end at once, again and again.
    if (wish.agent === undefined && known?.agent === undefined && isMute(town, preset))
      return refuse('AGENT_MUTE', { agent: addressOf(place as Agent), program: preset, start: gtFor(place, 'start') });
    return wantAgent(open.desk, { ...place, ...wish });
  });
}

/** Crew and dogs are made before they are started: whoever is not there may be a slip. */
export async function nobody({ role, rig, name }: Place, { desk }: OpenTown): Promise<Refusal> {
  const there = (await lastingList(desk.books, rig === '' ? undefined : rig)).filter((one) => one.role === role);
  const meant = nearest(
    name,
    there.map((one) => one.name),
  );
  const make = role === 'crew' ? `gt crew add ${name} --rig ${rig}` : `gt dog create ${name}`;
  const hint = meant.length > 0 ? `Did you mean ${orList(meant)}? A new one: \`${make}\`.` : `Make one: \`${make}\`.`;
  return refuse('AGENT_NOT_MADE', { agent: addressOf({ role, rig, name } as Agent), hint });
}

/** How long one waits for the terminal of an agent that was just started (ms): a machine may be busy, a worker may come back. */
const COMING_MS = 60_000;

/** Waits until a wanted agent has its terminal. AGENT_NOT_COMING says what it waits for itself. */
export async function untilThere(town: OpenTown, id: string, io: Io): Promise<Holder | Refusal> {
  const late = AbortSignal.timeout(COMING_MS);
  const look = async (): Promise<Agent | Refusal | undefined> => {
    const agent = await town.desk.books.read('agent', id);
    if (!agent) return refuse('AGENT_NOT_MADE', { agent: id, hint: '`gt agents list` shows who there is.' });
    const { session, waits, broken, cycle } = agent;
    if (session && !session.exit && session.pid !== undefined && session.id !== cycle?.session) return agent;
    const why = broken ? `it is not started again: ${broken.why}` : waits?.why;
    return why === undefined ? undefined : refuse('AGENT_NOT_COMING', { agent: addressOf(agent), why });
  };
  const found = await untilEvent(town, id, look, AbortSignal.any([io.interrupted, late]));
  return found ?? refuse('AGENT_NOT_COMING', { agent: id, why: `nothing came of it in ${COMING_MS / 1000} s` });
}
