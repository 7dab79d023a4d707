import { stepHeading } from '#core/molecule/step-words';
import type { Work } from '#core/records';
import type { Books } from '#world/store/books';
import type { Steps } from '#world/store/steps';
import { type Reason, reason } from './reason.ts';
import { type Others, whyMolecule } from './why-step.ts';

/** Steps that an item tells of at most. */
const MOST = 3;

/** What an item's molecule has to say of it: the step in hand, or what is waited for. Empty where it says nothing of why the item does not move. */
export async function whyItsMolecule(books: Books, steps: Steps, work: Work, others: Others): Promise<Reason[]> {
  const mol = work.molecule === undefined ? undefined : await books.read('molecule', work.molecule);
  if (!mol || mol.state === 'closed') return [];
  const { step, complete, waits } = await steps.standing(mol);
  if (step)
    return [reason('step', `It is at ${stepHeading(step)}.`, `molecule ${mol.id} of ${mol.formula}`, `gt why ${step.id}`)];
  if (complete || (waits.length === 0 && mol.state !== 'pouring')) return [];
  const evidence = `it waits for ${waits.join('; ') || 'its pour'}`;
  return [
    reason('step-waits', `No step of ${mol.id} is ready for its agent.`, evidence, `gt mol status ${mol.id}`),
    ...(await whyMolecule(books, mol, others, MOST)),
  ];
}
