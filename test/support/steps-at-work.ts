import type { ProtoStep } from '#core/formula/proto';
import { sling } from '#ops/sling';
import type { TestDesk } from './desk.ts';
import { agentStep, laid } from './laid.ts';
import { newItem } from './shop.ts';

/** How a step ends well. */
export const DONE = { outcome: 'done', reason: 'done', evidence: { note: 'seen' } } as const;
export const CHAIN: readonly ProtoStep[] = [agentStep('a'), agentStep('b', ['a']), agentStep('c', ['b'])];

/** The steps of its molecule, and whether each has a session of its own. */
export type Asked = readonly [steps?: readonly ProtoStep[], more?: { readonly fresh?: boolean }];

/** An item whose polecat works a molecule, its session, and the step in its hand. */
export async function polecatAtSteps(desk: TestDesk, ...[steps = CHAIN, more = {}]: Asked) {
  const item = await newItem(desk, 'the work');
  const mol = await laid(desk, steps, { work: item.id, ...more });
  await sling(desk, { ids: [item.id] });
  const run = await desk.grant(item.id, { token: 'token-1' });
  const caller = { session: run.session?.id ?? '', run: run.id, token: 'token-1' };
  return { item, mol, run, caller, hand: async () => (await desk.books.read('molecule', mol.id))?.hand };
}
