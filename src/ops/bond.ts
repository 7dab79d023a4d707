import { type BondType, bondMolecules } from '#core/molecule/bond';
import type { Gate, Molecule, Step } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';

/** Bonds two molecules: B after A, B only if A fails, or B under A. Refused, with the chain, when A waits for B already. */
export async function bond(
  desk: Desk,
  { a: aId, b: bId, type }: { a: string; b: string; type: BondType },
): Promise<Molecule | Refusal> {
  return desk.change(async (reading) => {
    const [a, b] = await Promise.all([reading.get('molecule', aId), reading.get('molecule', bId)]);
    const missing = a ? bId : aId;
    if (!a || !b) return refuse('MOLECULE_UNKNOWN', { id: missing, hint: '`gt mol list` shows all.' });
    // B after A: A must not wait for B. B under A: A waits for B, so B must not wait for A.
    const [from, to] = type === 'parallel' ? [b, a] : [a, b];
    const chain = await wayTo(desk, reading, from, to);
    if (chain) return refuse('BOND_CYCLE', { a: a.id, b: b.id, chain: chain.join(' waits for ') });
    const ids = b.state === 'open' && type !== 'parallel' ? await desk.books.index(`steps.open:${b.id}`) : [];
    const gateIds = ids.length > 0 ? await desk.books.index(`gates:${b.id}`) : [];
    const steps = (await Promise.all(ids.map((id) => reading.get('step', id)))).filter(
      (one): one is Step => one?.status === 'open',
    );
    const gates = (await Promise.all(gateIds.map((id) => reading.get('gate', id)))).filter(
      (one): one is Gate => one?.state === 'waiting',
    );
    return bondMolecules(a, b, type, { steps, gates }, desk.clock.now());
  });
}

/** The ids on the way from one molecule to another that it waits for, both included; undefined when it does not wait for it. */
async function wayTo(desk: Desk, reading: Reading, from: Molecule, to: Molecule): Promise<string[] | undefined> {
  const goals = new Set([to.id, ...(await aboveOf(reading, to))]);
  const seen = new Set<string>();
  const look = async (mol: Molecule, way: readonly string[]): Promise<string[] | undefined> => {
    if (goals.has(mol.id)) return mol.id === to.id ? [...way, mol.id] : [...way, mol.id, to.id];
    if (seen.has(mol.id)) return undefined;
    seen.add(mol.id);
    for (const id of [...(mol.after ?? []), ...(await insideOf(desk, mol))]) {
      const next = await reading.get('molecule', id);
      const found = next && next.state !== 'closed' ? await look(next, [...way, mol.id]) : undefined;
      if (found) return found;
    }
    return undefined;
  };
  return look(from, []);
}

/** Open molecules that hang in one: it closes after them. */
async function insideOf({ books }: Desk, mol: Molecule): Promise<string[]> {
  const steps = await books.readMany('step', await books.index(`steps.open:${mol.id}`));
  return [...(await books.index(`molecules.under:${mol.id}`)), ...steps.flatMap(({ molecules = [] }) => molecules)];
}

/** The molecules that one hangs in, at any height: they wait for it. */
async function aboveOf(reading: Reading, mol: Molecule): Promise<string[]> {
  const found: string[] = [];
  for (let at: Molecule | undefined = mol; at && found.length < MOST_HIGH; ) {
    const id: string | undefined = at.under ?? (at.step === undefined ? undefined : (await reading.get('step', at.step))?.mol);
    if (id === undefined) break;
    found.push(id);
    at = await reading.get('molecule', id);
  }
  return found;
}

/** Deeper trees are nobody's. */
const MOST_HIGH = 100;
