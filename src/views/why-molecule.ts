import { stepHeading } from '#core/molecule/step-words';
import type { Books } from '#world/store/books';
import type { Steps } from '#world/store/steps';
import { type Reason, reason } from './reason.ts';

/** Where a molecule stands: the step in hand, or what it waits for. Empty where it says nothing of why something does not move. */
export async function whyMolecule(books: Books, steps: Steps, id: string | undefined): Promise<Reason[]> {
  const mol = id === undefined ? undefined : await books.read('molecule', id);
  if (!mol || mol.state === 'closed') return [];
  const { step, complete, waits } = await steps.standing(mol);
  if (step)
    return [reason('step', `It is at ${stepHeading(step)}.`, `molecule ${mol.id} of ${mol.formula}`, `gt mol status ${mol.id}`)];
  if (complete || waits.length === 0) return [];
  return [
    reason(
      'step-waits',
      `No step of ${mol.id} is ready for its agent.`,
      `it waits for ${waits.join('; ')}`,
      `gt mol status ${mol.id}`,
    ),
  ];
}
