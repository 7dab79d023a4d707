import { parseDuration } from '#core/durations';
import { GATE_TYPES } from '#core/gate-kinds';
import { nearest, orList } from '#core/nearest';
import type { Gate } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { createGate } from '#ops/create-gate';
import { judgeGate, noGate, type Verdict } from '#ops/judge-gate';
import type { Call, Io, Option } from './command.ts';
import { agentAround } from './here.ts';
import { type OpenTown, withDesk } from './wire.ts';
import { openRig, rigHere, rigNames } from './wire-rigs.ts';

/** What `gt gate` and `bd gate` share. */

/** Prefix of the ids of gates that belong to no rig. */
const TOWN_PREFIX = 'hq';

type Wish = {
  readonly name: string;
  readonly type: string;
  readonly keepsBack: readonly string[];
  readonly rig: string | undefined;
  readonly timeout: string | undefined;
  readonly awaitId: string | undefined;
  readonly condition?: string | undefined;
  readonly command?: string | undefined;
  readonly reason: string | undefined;
};

export const TYPE_OPTION = {
  name: 'type',
  short: 't',
  value: 'type',
  help: `what it waits for: ${GATE_TYPES.join(', ')} (default human)`,
  choices: GATE_TYPES,
} as const satisfies Option;

/** Makes a gate, of the rig of what it keeps back. */
export async function makeGate(call: Pick<Call, 'global' | 'io'>, wish: Wish): Promise<Gate | Refusal> {
  const { timeout, awaitId, condition, command, reason } = wish;
  const timeoutMs = timeout === undefined ? undefined : parseDuration(timeout);
  if (timeout !== undefined && !timeoutMs)
    return refuse('USAGE', { what: `--timeout cannot be \`${timeout}\`.`, hint: 'Take a duration such as 90s, 30m, 2h.' });
  return withDesk(call, { wait: 'person' }, async (town) => {
    const home = await homeOf(town, wish, call.io);
    if (isRefusal(home)) return home;
    return createGate(town.desk, {
      name: wish.name,
      type: wish.type,
      keepsBack: wish.keepsBack,
      ...home,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(awaitId === undefined ? {} : { awaitId }),
      ...(condition === undefined ? {} : { condition }),
      ...(command === undefined ? {} : { command }),
      ...(reason === undefined ? {} : { reason }),
    });
  });
}

async function homeOf(town: OpenTown, { keepsBack, rig }: Wish, io: Io): Promise<{ rig: string; prefix: string } | Refusal> {
  const [first] = keepsBack;
  const { books } = town.desk;
  const kept = first === undefined ? undefined : ((await books.read('work', first)) ?? (await books.read('step', first)));
  const names = rigNames(town);
  if (isRefusal(names)) return names;
  const name = rig ?? kept?.rig ?? rigHere(town, undefined, io);
  if (rig === undefined && (isRefusal(name) || name === '')) return { rig: '', prefix: TOWN_PREFIX };
  const known = rigHere(town, isRefusal(name) ? undefined : name, io);
  if (isRefusal(known)) return known;
  const open = await openRig(town, known);
  return isRefusal(open) ? open : { rig: known, prefix: open.file.beads.prefix };
}

/** Somebody's word on a gate, with the ids that may have been meant where there is none. */
export async function judge(call: Pick<Call, 'global' | 'io'>, verdict: Omit<Verdict, 'agent'>): Promise<Gate | Refusal> {
  return withDesk(call, { wait: call.io.env['GT_SESSION'] ? 'agent' : 'person' }, (town) => judgeIn(town, call.io, verdict));
}

/** The same in a town that is open. */
export async function judgeIn(town: OpenTown, io: Io, verdict: Omit<Verdict, 'agent'>): Promise<Gate | Refusal> {
  const run = await agentAround(town.desk.books, io);
  const answer = await judgeGate(town.desk, { ...verdict, ...(run === undefined ? {} : { agent: { run } }) });
  return isRefusal(answer) ? withNearestGate(answer, town) : answer;
}

/** The refusal of an id that is no gate's, with those that may have been meant. */
export async function unknownGate(id: string, town: OpenTown): Promise<Refusal> {
  return withNearestGate(await noGate(town.desk, id), town);
}

async function withNearestGate(refusal: Refusal, { desk: { books } }: OpenTown): Promise<Refusal> {
  if (refusal.refused !== 'GATE_UNKNOWN') return refusal;
  const id = String(refusal.facts['id'] ?? '');
  const meant = nearest(id, await books.indexFromEnd('gates.open', MOST));
  const hint =
    meant.length > 0 ? `Did you mean ${orList(meant)}? \`gt gate list\` shows all.` : '`gt gate list --all` shows all.';
  return refuse('GATE_UNKNOWN', { id, hint });
}

const MOST = 2000;

/** How many at most, as it was written; without a word `otherwise`. */
export function limitOf(written: string | undefined, otherwise: number): number | Refusal {
  const limit = Number(written ?? otherwise);
  return Number.isInteger(limit) && limit >= 1
    ? limit
    : refuse('USAGE', { what: `--limit cannot be \`${written}\`.`, hint: 'Take a whole number from 1 on.' });
}
