import { member } from '#core/ids';
import { queue } from './queue.ts';

export const steps = queue({
  name: 'steps',
  noun: 'step',
  why: 'A step of a molecule: held while what it needs is open, parked while an agent has it, active while its command runs.',
  concurrency: 50,
  attempt: false,
  // A held job has not run yet and shows no progress: what it waits for is in its name.
  title: ({ key, title, needs = [] }) => `${title === key ? key : `${key}: ${title}`}${after(needs)}`,
  parent: (doc) => member('molecules', `${doc.mol}@1`),
});

const NAMED = 3;

function after(needs: readonly string[]): string {
  const short = needs.slice(0, NAMED).map((id) => id.slice(id.indexOf('.') + 1));
  return needs.length === 0 ? '' : ` (after ${short.join(', ')}${needs.length > NAMED ? ' …' : ''})`;
}
