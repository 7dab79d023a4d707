import { type Squashed, squash as squashed } from '#core/molecule/squash';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import { tooLong } from './create-work.ts';
import { aboveTree, treeOf } from './molecule-tree.ts';

/** Leaves a digest in place of a molecule's steps, in one change; with `keep` beside them. @param input.summary instead of the digest that gt would write */
export async function squash(desk: Desk, input: { id: string; summary?: string; keep?: boolean }): Promise<Squashed | Refusal> {
  const { id, summary, keep = false } = input;
  const long = summary === undefined ? undefined : tooLong('summary', summary);
  if (long) return long;
  return desk.change(async (reading) => {
    const tree = await treeOf(desk, reading, id);
    if (!tree) return refuse('MOLECULE_UNKNOWN', { id, hint: '`gt mol list` shows all.' });
    const wish = { keep, ...(summary === undefined ? {} : { summary }) };
    return squashed(tree, await aboveTree(desk, reading, tree), wish, desk.clock.now());
  });
}
