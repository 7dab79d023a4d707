import type { Agent } from '#core/records';
import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';
import { type AgentLine, agentLine } from './agents.ts';
import type { ProcessFact } from './facts.ts';
import { mqList, type Queue } from './mq-list.ts';
import { type Polecat, polecatList } from './polecat-list.ts';

/** What a role does, whoever does it: the agent in its place, and the patrol or train of gt itself. */
export type RoleView = {
  readonly role: Agent['role'];
  readonly rig: string;
  readonly agent: AgentLine | null;
  /** Of the deacon: its rounds. */
  readonly patrol?: {
    readonly lastAt: number | null;
    readonly running: number | null;
    readonly ticks: number;
    readonly skipped: number;
    readonly repaired: number;
  };
  /** Of a refinery. */
  readonly queue?: Queue;
  /** Of a witness: whom it looks after. */
  readonly polecats?: readonly Polecat[];
  /** Of boot: what the supervisor keeps. */
  readonly processes?: readonly ProcessFact[];
};

/** Entries of a merge queue's past that are shown. */
const ENDED = 5;

/** @param of the place; `rig` is needed by witness and refinery */
export async function roleView(
  books: Books,
  of: { readonly id: string; readonly role: Agent['role']; readonly rig?: Rig | undefined },
  processes: readonly ProcessFact[],
): Promise<RoleView> {
  const { id, role, rig } = of;
  const agent = await books.read('agent', id);
  const base = { role, rig: rig?.name ?? '', agent: agent && !agent.removed ? agentLine(agent) : null };
  if (role === 'boot') return { ...base, processes };
  if (role === 'refinery' && rig) return { ...base, queue: await mqList(books, rig, { ended: ENDED }) };
  if (role === 'witness' && rig) return { ...base, polecats: await polecatList(books, rig.name) };
  if (role !== 'deacon') return base;
  const patrol = await books.read('patrol', 'deacon');
  return {
    ...base,
    patrol: {
      lastAt: patrol?.lastAt ?? null,
      running: patrol?.running?.since ?? null,
      ticks: patrol?.ticks ?? 0,
      skipped: patrol?.skipped ?? 0,
      repaired: patrol?.repaired ?? 0,
    },
  };
}
