import { waitsFor } from '#core/gate';
import { isByHand } from '#core/gate-kinds';
import type { Gate } from '#core/records';
import type { Books } from '#world/store/books';

/** A gate in a list. */
export type GateLine = {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly state: Gate['state'];
  /** In a person's words: what it waits for, or how it ended. */
  readonly standing: string;
  readonly mol: string | null;
  readonly rig: string;
  readonly blocks: readonly string[];
  readonly openedAt: number | null;
  readonly dueAt: number | null;
  readonly escalatedAt: number | null;
  readonly seen: string | null;
  readonly createdAt: number;
  /** The command that helps, where somebody has to do something. */
  readonly todo: string | null;
};

export type GateList = { readonly gates: readonly GateLine[]; readonly total: number };

/** All that there is to know of a gate. */
export type GateShown = GateLine & {
  readonly awaitId: string;
  /** The name by which its run was found. */
  readonly found: string | null;
  readonly condition: string | null;
  readonly command: string | null;
  readonly timeoutMs: number | null;
  readonly reason: string | null;
  readonly extra: unknown;
  readonly unmet: readonly string[];
  readonly waiters: readonly string[];
  readonly lookedAt: number | null;
  readonly lookAt: number | null;
  readonly createdBy: string;
  readonly ended: { readonly at: number; readonly by: string; readonly reason: string } | null;
};

export type Wanted = { readonly all: boolean; readonly type?: string; readonly mol?: string; readonly limit: number };

/** Read at once at most, of those that a filter may leave out. */
const PAGE = 1000;

/** Gates that have not ended, oldest first; with `all` those that have too, the last ones first. */
export async function gateList(books: Books, { all, type, mol, limit }: Wanted): Promise<GateList> {
  const open = mol === undefined ? await books.index('gates.open', 0, PAGE - 1) : await books.index(`gates:${mol}`, 0, PAGE - 1);
  const closed = all && mol === undefined ? await books.indexFromEnd('gates.closed', PAGE) : [];
  const found = (await books.readMany('gate', [...open, ...closed])).filter(
    (gate) => isOfType(gate, type) && (all || !['resolved', 'cancelled'].includes(gate.state)),
  );
  return { gates: found.slice(0, limit).map(gateLine), total: found.length };
}

/** `gh` means both of its kinds. */
export const isOfType = (gate: Pick<Gate, 'type'>, type: string | undefined): boolean =>
  type === undefined || type === 'all' || gate.type === type || (type === 'gh' && gate.type.startsWith('gh:'));

/** One gate; undefined when there is none. */
export async function gateShow(books: Books, id: string): Promise<GateShown | undefined> {
  const gate = await books.read('gate', id);
  if (!gate) return undefined;
  const [unmet = []] = await books.unmet(id);
  const { awaitId, waiters, createdBy } = gate;
  return {
    ...gateLine(gate),
    awaitId,
    found: gate.found ?? null,
    condition: gate.condition ?? null,
    command: gate.command ?? null,
    timeoutMs: gate.timeoutMs ?? null,
    reason: gate.reason ?? null,
    extra: gate.extra ?? null,
    unmet,
    waiters,
    lookedAt: gate.lookedAt ?? null,
    lookAt: gate.lookAt ?? null,
    createdBy,
    ended: gate.ended ?? null,
  };
}

/** A gate as lists show it. */
export function gateLine(gate: Gate): GateLine {
  const { id, title, type, state, rig, blocks, createdAt } = gate;
  return {
    id,
    title,
    type,
    state,
    standing: standingOfGate(gate),
    mol: gate.mol ?? null,
    rig,
    blocks,
    openedAt: gate.openedAt ?? null,
    dueAt: gate.dueAt ?? null,
    escalatedAt: gate.escalatedAt ?? null,
    seen: gate.seen ?? null,
    createdAt,
    todo: todoOf(gate),
  };
}

function standingOfGate(gate: Gate): string {
  switch (gate.state) {
    case 'waiting':
      return `its step needs something else first; then it waits for ${waitsFor(gate)}`;
    case 'open':
      return `waits for ${waitsFor(gate)}`;
    default:
      return `${gate.state} by ${gate.ended?.by ?? '?'}: ${gate.ended?.reason ?? ''}`;
  }
}

function todoOf(gate: Gate): string | null {
  if (gate.state === 'denied') return `gt gate approve ${gate.id}, or gt gate reopen ${gate.id}`;
  const asks = gate.state === 'open' && (isByHand(gate) || gate.escalatedAt !== undefined);
  return asks ? `gt gate approve ${gate.id}, or gt gate deny ${gate.id} --reason …` : null;
}
