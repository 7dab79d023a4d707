import type { Gate } from '#core/records';
import { askLooks, canLook } from '#ops/ask-looks';
import { raiseGates } from '#ops/raise-gates';
import { isOfType } from '#views/gates';
import type { Call } from './command.ts';
import { isUp, type OpenTown } from './wire.ts';

/** What came of a look at all gates, in the form of beads. */
export type Checked = {
  readonly checked: number;
  readonly resolved: number;
  readonly escalated: number;
  readonly errors: number;
  readonly dry_run: boolean;
};

export type Checking = {
  readonly type: string | undefined;
  readonly limit: number;
  readonly dryRun: boolean;
  readonly escalate: boolean;
};

/** Read at most. */
const MOST = 1000;
/** Longer than any look: the worker ends a command after a minute. */
const LOOK_LIMIT_MS = 75_000;

/** Looks at all open gates that the worker can judge, now; a gate that could not be looked at is an error. `dryRun` only counts them. */
export async function checkGates(town: OpenTown, { type, limit, dryRun, escalate }: Checking, io: Call['io']): Promise<Checked> {
  const { books } = town.desk;
  const open = await books.readMany('gate', await books.index('gates.open', 0, MOST - 1));
  const wanted = open.filter((gate) => canLook(gate) && isOfType(gate, type)).slice(0, limit);
  const none = { checked: wanted.length, resolved: 0, escalated: 0, errors: 0, dry_run: dryRun };
  if (dryRun || wanted.length === 0) return none;
  if (!isUp(town)) return { ...none, errors: wanted.length };
  const since = io.now();
  const asked = await askLooks(
    town.desk,
    wanted.map(({ id }) => id),
  );
  const { untilEvent } = await import('./wire-events.ts');
  const over = AbortSignal.any([AbortSignal.timeout(LOOK_LIMIT_MS), io.interrupted]);
  const seen: Gate[] = [];
  for (const { id } of asked) {
    const gate = (await lookedAt(id, town)) ?? (await untilEvent(town, id, () => lookedAt(id, town), over));
    if (gate) seen.push(gate);
  }
  const raised = seen.filter(({ state, escalatedAt }) => state === 'open' && escalatedAt !== undefined);
  if (escalate) await raiseGates(town.desk, raised);
  return {
    ...none,
    resolved: seen.filter(({ state }) => state === 'resolved').length,
    escalated: escalate ? raised.length : raised.filter(({ escalatedAt = 0 }) => escalatedAt >= since).length,
    errors: asked.length - seen.length,
  };
}

/** The gate, once the look that was asked for is over. */
async function lookedAt(id: string, { desk: { books } }: OpenTown): Promise<Gate | undefined> {
  const gate = await books.read('gate', id);
  return gate && (gate.state !== 'open' || gate.lookAsked === undefined) ? gate : undefined;
}
