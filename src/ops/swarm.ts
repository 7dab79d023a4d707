import { type Change, unchanged } from '#core/change';
import { shortHash } from '#core/ids';
import { listed } from '#core/protocol-mail';
import type { Molecule, Records } from '#core/records';
import { isRefusal, orThrow, type Refusal } from '#core/refusals';
import { begun, complete, type End, endOf, endOfLeg, planned, tally } from '#core/swarm';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import { alsoTold, type ProtocolMail } from './protocol-mail.ts';

type Swarm = Records['swarm'];
const ID_LENGTH = 6;

/** Writes down what a batch is before its items are slung: one record a rig. Fewer than two are no batch. */
export async function planSwarms(desk: Desk, ids: readonly string[]): Promise<Swarm[]> {
  if (ids.length < 2) return [];
  const works = await desk.books.readMany('work', ids);
  const open = works.filter(({ status }) => status !== 'closed');
  if (open.length < 2) return [];
  const rigs = [...new Set(open.map(({ rig }) => rig))];
  const batch = `sw-${shortHash(desk.random(ID_LENGTH), ID_LENGTH)}`;
  const planning = await desk.change(async (reading) => {
    const docs = rigs.map((rig, i) => {
      const items = open.filter((one) => one.rig === rig).map(({ id }) => id);
      return planned(i === 0 ? batch : `${batch}-${i + 1}`, rig, items, desk.actor, desk.clock.now());
    });
    for (const { id } of docs) if (await reading.get('swarm', id)) return unchanged<Swarm[]>([]);
    return { put: docs.map((doc) => ({ noun: 'swarm' as const, doc })), answer: docs };
  });
  return isRefusal(planning) ? [] : planning; // each item says itself why it cannot be slung
}

/**
 * The items of a batch that are on the hook: it has begun, and the witness of each rig is told. Of fewer than two nothing is told. What cannot be written now,
 * because the books are busy, the jobs do later.
 */
export async function beginSwarms(desk: Desk, swarms: readonly Swarm[], slung: readonly string[]): Promise<void> {
  const on = new Set(slung);
  for (const swarm of swarms)
    await beginSwarm(
      desk,
      swarm.id,
      swarm.items.filter((id) => on.has(id)),
      slung.length,
    );
}

/** The same for one of them, once. */
export async function beginSwarm(desk: Desk, id: string, items: readonly string[], total: number): Promise<Refusal | undefined> {
  const works = await desk.books.readMany('work', items);
  // One that closes meanwhile is found closed when the job looks, right after this.
  const open = works.filter(({ status }) => status !== 'closed').map((one) => one.id);
  return desk.change(async (reading) => {
    const swarm = await reading.get('swarm', id);
    if (swarm?.state !== 'planned') return unchanged(undefined);
    if (total < 2 || items.length === 0) return { put: [], drop: [{ noun: 'swarm', id }], answer: undefined };
    const change = begun(swarm, items, total, open);
    return alsoTold(desk, reading, { ...change, answer: undefined }, [startMail(change.answer)]);
  });
}

/** A molecule is open, and some of its steps are work of their own: a batch, begun in the same commit. */
export async function alsoSwarm<A>(
  desk: Desk,
  reading: Reading,
  change: Change<A>,
  { id: molecule, rig, createdBy }: Molecule,
  legs: readonly string[],
): Promise<Change<A>> {
  const id = `sw-${molecule}`;
  if (legs.length < 2 || rig === '' || (await reading.get('swarm', id))) return change;
  const swarm = { ...planned(id, rig, legs, createdBy, desk.clock.now()), molecule };
  const { put, needs = [], events = [] } = begun(swarm, legs, legs.length, legs);
  const both = {
    ...change,
    put: [...change.put, ...put],
    needs: [...(change.needs ?? []), ...needs],
    events: [...(change.events ?? []), ...events],
  };
  return alsoTold(desk, reading, both, [startMail(swarm)]);
}

const startMail = ({ id, rig, items, total }: Swarm): ProtocolMail => ({
  facts: { type: 'SWARM_START', swarm: id, rig, items: items.slice(0, MOST), total },
  from: 'mayor',
  to: [{ role: 'witness', rig }],
});

/** Items that a mail lists: the record has all. */
const MOST = 100;

/** Its last item is closed: says so once, with what became of each. */
export async function completeSwarm(desk: Desk, id: string): Promise<void> {
  const swarm = await desk.books.read('swarm', id);
  if (!swarm) return;
  const ends = await endsOf(desk, swarm);
  orThrow(
    await desk.change(async (reading) => {
      const now = await reading.get('swarm', id);
      if (now?.state !== 'begun') return unchanged(undefined);
      const change = complete(now, ends, desk.clock.now());
      return alsoTold(desk, reading, { ...change, answer: undefined }, [completeMail(now, ends)]);
    }),
  );
}

async function endsOf(desk: Desk, { items, molecule }: Swarm): Promise<Record<string, End>> {
  if (molecule === undefined) {
    const works = await desk.books.readMany('work', items);
    return Object.fromEntries(works.map((work) => [work.id, endOf(work)]));
  }
  const steps = new Map((await desk.books.readMany('step', items)).map((step) => [step.id, step]));
  return Object.fromEntries(items.map((id) => [id, endOfLeg(steps.get(id) ?? ({} as Records['step']))]));
}

function completeMail({ id, rig, total }: Swarm, ends: Readonly<Record<string, End>>): ProtocolMail {
  const those = (end: End) => Object.keys(ends).filter((one) => ends[one] === end);
  const lines = (['landed', 'failed', 'skipped'] as const).flatMap((end) =>
    those(end).length > 0 ? [`${end}: ${listed(those(end))}`] : [],
  );
  return {
    facts: { type: 'SWARM_COMPLETE', swarm: id, rig, total, ...tally(ends) },
    from: `${rig}/witness`,
    to: [{ role: 'mayor' }, { role: 'overseer' }],
    more: lines.join('\n'),
  };
}
