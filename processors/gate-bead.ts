import { jobMember } from '#core/derive';
import { type Look, paced } from '#core/gate';
import { beadOf } from '#core/gate-kinds';
import type { Member } from '#core/ids';
import type { Gate } from '#core/records';
import { changeGate } from '#ops/change-gate';
import type { Reading } from '#world/store/books';
import type { World } from '#world/world';

/**
 * Lets a gate wait for a work item, a step, a molecule or a gate of this town, by an edge of the books: its close wakes the gate, however it was closed, as a
 * close does everywhere. An id that nobody has tells no event when it is made: it is looked for every 30 s to 5 min, and a person is asked.
 */
export async function lookAtBead(gate: Gate, { desk }: World): Promise<Look | undefined> {
  const bead = beadOf(gate);
  let met: Look | undefined;
  const watched = await changeGate(desk, gate.id, async (doc, _around, now, reading) => {
    const standing = await standingOf(bead, reading);
    met = undefined;
    if (doc.state !== 'open' || doc.watches !== undefined) return undefined;
    if (standing === undefined) {
      met = {
        is: 'trouble',
        cause: 'bead-unknown',
        seen: `there is no ${bead} here`,
        soon: true,
        lookAt: paced(doc, 'far', now),
      };
      return undefined;
    }
    if (standing.closed) {
      met = { is: 'met', seen: `${bead} is closed (${standing.words})` };
      return undefined;
    }
    const { lookAt: _at, lookAsked: _asked, troubleSince: _since, ...rest } = doc;
    const next: Gate = { ...rest, watches: bead, seen: `${bead} is ${standing.words}`, lookedAt: now };
    return {
      put: [{ noun: 'gate', doc: next }],
      needs: [{ id: doc.id, job: jobMember.gate(doc) as Member, on: [bead] }],
      events: [{ type: 'gate.looked', subject: doc.id, rig: doc.rig, data: { seen: next.seen ?? '' } }],
      answer: next,
    };
  });
  if (watched && 'refused' in watched) throw new Error(`${gate.id} cannot watch ${bead}: ${watched.refused}`);
  return met;
}

/** How a record stands that has an end; read within the change, so that none ends unseen. */
async function standingOf(id: string, reading: Reading): Promise<{ closed: boolean; words: string } | undefined> {
  const work = await reading.get('work', id);
  if (work) return { closed: work.status === 'closed', words: work.closed?.reason ?? work.status.replace('_', ' ') };
  const step = await reading.get('step', id);
  if (step) return { closed: step.status === 'closed', words: step.closed?.outcome ?? step.status.replace('_', ' ') };
  const mol = await reading.get('molecule', id);
  if (mol) return { closed: mol.state === 'closed', words: mol.closed?.outcome ?? mol.state };
  const gate = await reading.get('gate', id);
  return gate && { closed: gate.state === 'resolved' || gate.state === 'cancelled', words: gate.state };
}
