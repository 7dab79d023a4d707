import type { Change } from '#core/change';
import { addressOf } from '#core/holder';
import { OVERSEER } from '#core/mail';
import { type ProtocolFacts, protocolId, protocolSubject, protocolText } from '#core/protocol-mail';
import type { Agent } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import { type Addressee, AS_CONSUMED } from './addressees.ts';
import { Draft } from './draft.ts';
import { writeMail } from './send-mail.ts';

/** To whom protocol mail goes. */
export type Party =
  | { readonly role: 'witness' | 'refinery'; readonly rig: string }
  | { readonly role: 'mayor' | 'overseer' }
  /** The polecat of a run: what it needs of this it gets with its next prompt, so that it is told nothing by mail. */
  | { readonly worker: string };

export type ProtocolMail = {
  readonly facts: ProtocolFacts;
  readonly from: string;
  readonly fromLine?: string;
  readonly to: readonly Party[];
  /** Behind the facts. */
  readonly more?: string;
};

/** A change, and the protocol mail that tells of it, in one commit. Mail that was written before is not written again. */
export async function alsoTold<A>(
  desk: Desk,
  reading: Reading,
  change: Change<A>,
  mails: readonly ProtocolMail[],
): Promise<Change<A>> {
  const draft = new Draft(reading);
  for (const mail of mails) await writeProtocol(desk, draft, mail);
  const { put, events = [], text = [] } = draft.change(undefined);
  return {
    ...change,
    put: [...change.put, ...put],
    events: [...(change.events ?? []), ...events],
    text: [...(change.text ?? []), ...text],
  };
}

async function writeProtocol(desk: Desk, draft: Draft, { facts, from, fromLine, to, more }: ProtocolMail): Promise<void> {
  const id = protocolId(facts);
  if (await draft.get('message', id)) return;
  const found = await Promise.all(to.map((party) => boxOf(desk, draft, party)));
  const boxes = found.filter((one) => one !== undefined);
  const mail = {
    id,
    from,
    ...(fromLine !== undefined && { fromLine }),
    to: boxes.map(({ box }) => box),
    subject: protocolSubject(facts),
    text: protocolText(facts, more),
    type: facts.type,
    facts,
  };
  const sent = await writeMail(desk, draft, mail, boxes);
  if (isRefusal(sent)) throw new Refused(sent);
}

async function boxOf(desk: Desk, draft: Draft, party: Party): Promise<Addressee | undefined> {
  if ('worker' in party) {
    const run = await desk.books.read('run', party.worker);
    return run && { box: addressOf(run), line: run.work, tell: false, filed: AS_CONSUMED };
  }
  if (party.role === 'overseer') return { box: OVERSEER };
  const agent = await holderOfRole(desk, draft, party.role, 'rig' in party ? party.rig : '');
  if (agent) return { box: addressOf(agent), line: agent.id };
  return { box: 'rig' in party ? `${party.rig}/${party.role}` : party.role, filed: AS_CONSUMED };
}

/** The agent that sits in a role, if one is wanted there: else the role is code, or nobody's. */
async function holderOfRole(desk: Desk, reading: Reading, role: string, rig: string): Promise<Agent | undefined> {
  const ids = rig === '' ? [`hq-${role}`] : await desk.books.index(`agents:${rig}`);
  const own = rig === '' ? ids : ids.filter((id) => id.endsWith(`-${role}`));
  for (const id of own) {
    const agent = await reading.get('agent', id);
    if (agent?.wanted && agent.role === role && agent.rig === rig) return agent;
  }
  return undefined;
}
