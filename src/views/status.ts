import { asksOfPerson } from '#core/agent-state';
import { OVERSEER } from '#core/mail';
import type { Escalation } from '#core/records';
import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';
import { type AgentLine, lastingList } from './agents.ts';
import type { ProcessFact, TownFacts } from './facts.ts';
import { gateLine } from './gates.ts';
import { mqList, type Queue } from './mq-list.ts';
import { type Need, needs } from './needs.ts';
import { nudgeCounts } from './nudges.ts';
import { type Polecat, polecatList } from './polecat-list.ts';
import { rigRoles } from './rig-roles.ts';

export type RigStatus = {
  readonly name: string;
  readonly roles: readonly string[];
  readonly refinery: Omit<Queue, 'requests' | 'rig'> & {
    readonly queued: number;
    readonly at: { readonly id: string; readonly work: string; readonly state: string } | null;
  };
  readonly polecats: readonly Polecat[];
  /** Those that last: witness, refinery, crew. */
  readonly agents: readonly AgentLine[];
  readonly counts: { readonly open: number; readonly hooked: number; readonly waiting: number; readonly closed: number };
};

type NeedsYou = {
  readonly id: string;
  readonly rig: string;
  readonly title: string;
  readonly why: string;
  /** The command that helps, where it is not the item's own. */
  readonly todo: string | null;
};
type Open = Pick<Escalation, 'id' | 'subject' | 'cause' | 'severity' | 'why' | 'count' | 'openedAt'>;

export type Status = {
  readonly town: { readonly name: string; readonly root: string; readonly up: boolean; readonly board: string | null };
  readonly processes: readonly ProcessFact[];
  readonly slots: { readonly taken: number; readonly of: number; readonly waiting: number };
  readonly needsYou: readonly NeedsYou[];
  readonly escalations: readonly Open[];
  /** All that waits for a person, and the first few of it: `gt needs` lists it. */
  readonly needs: { readonly total: number; readonly first: readonly Need[] };
  readonly nudges: { readonly waiting: number; readonly undelivered: number };
  /** In the person's mailbox. */
  readonly mail: { readonly unread: number };
  /** Open ones; and steps that have failed, of all of them. */
  readonly molecules: { readonly open: number; readonly failed: number };
  /** Those of the town that last: mayor, deacon, dogs. */
  readonly agents: readonly AgentLine[];
  readonly rigs: readonly RigStatus[];
};

/** Questions shown at most; the counts tell of more. */
const SHOWN = 20;
const FIRST = 5;

/**
 * The town at a glance: what runs, what waits, what needs a person. Its cost grows with what runs and waits now, never with what was.
 * @param broken rigs whose files are wrong, what is wrong and what to do
 */
export async function status(
  books: Books,
  facts: TownFacts,
  rigs: readonly Rig[],
  broken: ReadonlyArray<{ readonly name: string; readonly says: string; readonly try: string }> = [],
): Promise<Status> {
  const { name, root, up, board, processes, maxPolecats } = facts;
  const [taken, waiting, stuck, gates, questions, nudges, unread, open, failed, lasting, shown, all] = await Promise.all([
    books.count('runs.live'),
    books.count('want'),
    books.index('needs-you', 0, SHOWN - 1).then((ids) => books.readMany('work', ids)),
    books.index('gates.person', 0, SHOWN - 1).then((ids) => books.readMany('gate', ids)),
    books.index('escalations.open', 0, SHOWN - 1).then((ids) => books.readMany('escalation', ids)),
    nudgeCounts(books),
    books.count(`letters.unread:${OVERSEER}`),
    books.count('molecules.open'),
    books.count('steps.person'),
    lastingList(books),
    Promise.all(rigs.map((rig) => rigStatus(books, rig))),
    needs(books, { rigs, broken }),
  ]);
  return {
    town: { name, root, up, board },
    processes,
    slots: { taken, of: maxPolecats, waiting },
    needsYou: [
      ...broken.map((rig) => ({ id: rig.name, rig: rig.name, title: 'its files are wrong', why: rig.says, todo: rig.try })),
      ...stuck.map(({ id, rig, title, needsYou }) => ({ id, rig, title, why: needsYou?.why ?? '', todo: null })),
      ...questions.flatMap(failedStep),
      ...gates.map(gateLine).map(({ id, rig, title, standing, todo }) => ({ id, rig, title, why: standing, todo })),
      ...lasting.flatMap(askingOrBroken).slice(0, SHOWN),
      ...shown.flatMap(({ polecats }) => polecats.flatMap(asking)).slice(0, SHOWN),
    ],
    escalations: questions.map(({ id, subject, cause, severity, why, count, openedAt }) => ({
      id,
      subject,
      cause,
      severity,
      why,
      count,
      openedAt,
    })),
    needs: { total: all.total, first: all.needs.slice(0, FIRST) },
    nudges,
    mail: { unread },
    molecules: { open, failed },
    agents: lasting.filter(({ rig }) => rig === ''),
    rigs: shown,
  };
}

/** An agent that goes on only when somebody has answered it. */
const asking = ({ work: id, rig, title, state, evidence, todo }: Polecat): NeedsYou[] =>
  asksOfPerson({ is: state, todo })
    ? [{ id, rig, title, why: state === 'blocked' ? `its agent asks: ${evidence}` : evidence, todo }]
    : [];

/** A lasting agent that goes on only when somebody has answered it, or started it again. */
const askingOrBroken = ({ address: id, rig, role: title, state, evidence, todo, wanted }: AgentLine): NeedsYou[] =>
  wanted && todo !== null ? [{ id, rig, title, why: state === 'blocked' ? `it asks: ${evidence}` : evidence, todo }] : [];

/** A step that failed: what needs it waits for a person. */
const failedStep = ({ subject: id, cause, why }: Escalation): NeedsYou[] =>
  cause === 'step_failed'
    ? [{ id, rig: '', title: 'a step that failed', why, todo: `gt mol step retry ${id}, or skip it with a reason` }]
    : [];

/** A rig at a glance. */
export async function rigStatus(books: Books, rig: Rig): Promise<RigStatus> {
  const { name, settings } = rig;
  const [{ requests, rig: _, ...queue }, polecats, agents, open, hooked, waiting, closed] = await Promise.all([
    mqList(books, rig),
    polecatList(books, name),
    lastingList(books, name),
    books.count(`work.open:${name}`),
    books.count(`work.hooked:${name}`),
    books.count(`want:${name}`),
    books.count(`work.closed:${name}`),
  ]);
  const current = requests.find((one) => one.id === queue.current);
  const at = current ? { id: current.id, work: current.work, state: current.state } : null;
  const roles = rigRoles(settings).flatMap(({ role, is }) => (is === 'on' && role !== 'mayor' ? [role] : []));
  return {
    name,
    roles,
    refinery: { ...queue, queued: requests.length, at },
    polecats,
    agents,
    counts: { open, hooked, waiting, closed },
  };
}
