import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Molecule, Step } from '#core/records';
import type { HarmedTown } from './trial.ts';

/** What a step of a formula runs, and what else its table says. */
export type Piece = { readonly id: string; readonly block?: string; readonly more?: string };

/** A formula in the town's folder whose steps follow each other, each with a block for the shell agent. */
export function writeChain(town: HarmedTown, name: string, pieces: readonly Piece[]): void {
  const steps = pieces.map(({ id, block, more = '' }, i) => {
    const needs = i > 0 && !/^needs/m.test(more) ? `needs = ["${pieces[i - 1]?.id}"]\n` : '';
    const said = block === undefined ? '' : `description = '''\nWhat ${id} is about.\n\n\`\`\`sh\n${block}\n\`\`\`\n'''\n`;
    return `[[steps]]\nid = "${id}"\ntitle = "Title of ${id}"\n${needs}${said}${more}\n`;
  });
  mkdirSync(join(town.root, 'formulas'), { recursive: true });
  writeFileSync(join(town.root, 'formulas', `${name}.formula.toml`), `formula = "${name}"\nversion = 1\n\n${steps.join('\n')}`);
}

export const NINE = ['load', 'branch', 'implement', 'review', 'test', 'commit', 'clean', 'prepare', 'submit'] as const;

/** The steps of an item's molecule, in order. */
export async function stepsOf(town: HarmedTown, work: string): Promise<{ mol: Molecule; steps: Step[] }> {
  const id = (await town.read('work', work))?.molecule ?? '';
  const mol = await town.read('molecule', id);
  if (!mol) throw new Error(`${work} has no molecule`);
  const { books } = await town.desk();
  const ids = [...(await books.index(`steps.closed:${id}`)), ...(await books.index(`steps.open:${id}`))];
  return { mol, steps: (await books.readMany('step', ids)).sort((a, b) => a.seq - b.seq) };
}
