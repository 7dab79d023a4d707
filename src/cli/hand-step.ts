import type { Caller } from '#ops/ack';
import type { Io } from './command.ts';
import type { OpenTown } from './wire.ts';

/**
 * Lets a session that asks have the step that is ready, if its item has a molecule and nothing is in its hands. A hot command loads what that needs only then.
 * @param ms how long to wait for one
 */
export async function takeReady(town: OpenTown, caller: Caller, io: Io, ms = 0): Promise<void> {
  const { books } = town.desk;
  const run = await books.read('run', caller.run);
  const work = run && !run.submitted ? await books.read('work', run.work) : undefined;
  const mol = work?.molecule === undefined ? undefined : await books.read('molecule', work.molecule);
  if (!mol || mol.state === 'closed') return;
  const hand = mol.hand === undefined ? undefined : await books.read('step', mol.hand);
  if (hand?.status === 'in_progress' && hand.holder?.session === caller.session) return;
  const { nextInHand } = await import('./wire-steps.ts');
  await nextInHand(town, io, caller, ms);
}
