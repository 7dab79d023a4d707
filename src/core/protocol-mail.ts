import type { Message } from './records.ts';

/**
 * Protocol mail: what the roles of a town tell each other of its work. Each is made from a change of the books, in the commit of that change, and carries what
 * happened as facts; nothing that decides reads its text. Its id follows from what it tells of, so that it is written once.
 */

export type ProtocolFacts = NonNullable<Message['facts']>;
export type ProtocolType = ProtocolFacts['type'];

/** Whether a role that is code needs no reader for what somebody sends under this name. */
const TYPES: Readonly<Record<ProtocolType, boolean>> = {
  SWARM_START: true,
  POLECAT_DONE: true,
  MERGE_READY: true,
  MERGED: true,
  MERGE_FAILED: true,
  REWORK_REQUEST: true,
  SWARM_COMPLETE: true,
  HELP: false,
  HANDOFF: false,
};

/** Whether a mail of this type tells of what the books hold already: a role that is code needs no reader for it. HELP, HANDOFF and notes are for a reader. */
export const isProtocol = (type: string): type is ProtocolType => Object.hasOwn(TYPES, type) && TYPES[type as ProtocolType];

/** The id of a protocol mail: one of each kind about one run, merge request, batch, question or session. */
export function protocolId(facts: ProtocolFacts): string {
  return `ml-${facts.type.toLowerCase().replace('_', '-')}-${aboutOf(facts)}`;
}

function aboutOf(facts: ProtocolFacts): string {
  switch (facts.type) {
    case 'SWARM_START':
    case 'SWARM_COMPLETE':
      return facts.swarm;
    case 'POLECAT_DONE':
      return facts.run;
    case 'HELP':
      return facts.session === undefined ? facts.question : `${facts.question}-${facts.session}`;
    case 'HANDOFF':
      return facts.session;
    default:
      return facts.merge;
  }
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
    case 'HELP':
      return `${facts.why} (${facts.question})`; // the cause first: lists cut it where the terminal ends
    case 'HANDOFF':
      return `Handoff of ${facts.session}`;
    default:
      return `${facts.work} comes back: ${facts.why}`;
  }
}

/** Its text, for whoever reads it: one `name: value` a line. */
export function protocolText(facts: ProtocolFacts, more: string = ''): string {
  const lines = Object.entries(facts).flatMap(([name, value]) => {
    if (name === 'type' || value === undefined || value === '') return []; // those of the town have no rig
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
