import { z } from 'zod';

/**
 * Protocol mail: what the roles of a town tell each other of its work. Each is made from a change of the books, in the commit of that change, and carries what
 * happened as facts; nothing that decides reads its text. Its id follows from what it tells of, so that it is written once.
 */

const ids = z.array(z.string());
const sha = z.string();
/** Of one batch in one rig: how many of its items came to which end. */
const ends = { landed: z.number(), failed: z.number(), skipped: z.number() };

const swarm = { swarm: z.string(), rig: z.string() };
const merge = { merge: z.string(), work: z.string(), rig: z.string() };

/** The facts of each kind. */
export const protocolFacts = z.discriminatedUnion('type', [
  /** mayor to the witness of each rig: a batch was put on the hook. `total` is over all rigs. */
  z.looseObject({ type: z.literal('SWARM_START'), ...swarm, items: ids, total: z.number() }),
  /** polecat to witness: it has handed in. */
  z.looseObject({
    type: z.literal('POLECAT_DONE'),
    work: z.string(),
    run: z.string(),
    rig: z.string(),
    merge: z.string().optional(),
  }),
  /** witness to refinery: a head is pinned and stands in the queue. */
  z.looseObject({ type: z.literal('MERGE_READY'), ...merge, branch: z.string(), head: sha, target: z.string() }),
  /** refinery to witness and worker. */
  z.looseObject({ type: z.literal('MERGED'), ...merge, commit: sha, target: z.string() }),
  /** refinery to witness and worker: the checks failed; it conflicts. */
  z.looseObject({ type: z.literal('MERGE_FAILED'), ...merge, why: z.string(), head: sha }),
  z.looseObject({ type: z.literal('REWORK_REQUEST'), ...merge, why: z.string(), head: sha }),
  /** witness to mayor and overseer: the last item of the batch in this rig is closed. */
  z.looseObject({ type: z.literal('SWARM_COMPLETE'), ...swarm, total: z.number(), ...ends }),
]);

export type ProtocolFacts = z.infer<typeof protocolFacts>;
export type ProtocolType = ProtocolFacts['type'];

const TYPES: ReadonlySet<string> = new Set(protocolFacts.options.map(({ shape }) => shape.type.value));

/** Whether a mail of this type tells of what the books hold already: a role that is code needs no reader for it. HELP, HANDOFF and notes are for a reader. */
export const isProtocol = (type: string): type is ProtocolType => TYPES.has(type);

/** The id of a protocol mail: one of each kind about one run, merge request or batch. */
export function protocolId(facts: ProtocolFacts): string {
  const about = 'merge' in facts && facts.type !== 'POLECAT_DONE' ? facts.merge : 'swarm' in facts ? facts.swarm : facts.run;
  return `ml-${facts.type.toLowerCase().replace('_', '-')}-${String(about)}`;
}

/** Ids that a text names: the record has all. */
const NAMED = 20;

export function protocolSubject(facts: ProtocolFacts): string {
  switch (facts.type) {
    case 'SWARM_START':
      return `${facts.swarm}: ${count(facts.items.length)} of ${facts.total} in ${facts.rig}`;
    case 'SWARM_COMPLETE':
      return `${facts.swarm} in ${facts.rig}: ${facts.landed} landed, ${facts.failed} failed, ${facts.skipped} skipped`;
    case 'POLECAT_DONE':
      return `${facts.work}: ${facts.run} ${facts.merge ? `handed in ${facts.merge}` : 'is done, without code'}`;
    case 'MERGE_READY':
      return `${facts.merge}: ${facts.branch} waits to land on ${facts.target}`;
    case 'MERGED':
      return `${facts.work} landed on ${facts.target}`;
    default:
      return `${facts.work} comes back: ${facts.why}`;
  }
}

/** Its text, for whoever reads it: one `name: value` a line. */
export function protocolText(facts: ProtocolFacts, more: string = ''): string {
  const lines = Object.entries(facts).flatMap(([name, value]) => {
    if (name === 'type' || value === undefined) return [];
    return [`${name}: ${Array.isArray(value) ? listed(value) : String(value)}`];
  });
  return [...lines, ...(more === '' ? [] : ['', more])].join('\n');
}

const count = (n: number): string => `${n} ${n === 1 ? 'item' : 'items'}`;

/** The first of a list of ids, and how many more there are. */
export function listed(all: readonly unknown[]): string {
  const more = all.length > NAMED ? [`and ${all.length - NAMED} more`] : [];
  return [...all.slice(0, NAMED), ...more].join(', ');
}
