import type { Books } from './books.ts';
import type { Plans } from './plans.ts';
import type { Steps } from './steps.ts';

/** The steps of a desk, whose code is loaded by the first question about one: a hook of an item without a molecule asks none. */
export function stepsLater(books: Books, plans: Plans, clock: { now: () => number }): Steps {
  let loaded: Promise<Steps> | undefined;
  const steps = () => {
    loaded ??= import('./steps.ts').then(({ stepsOf }) => stepsOf(books, plans, clock));
    return loaded;
  };
  return {
    root: async (id) => (await steps()).root(id),
    next: async (mol, closing) => (await steps()).next(mol, closing),
    openBeside: async (mol, beside) => (await steps()).openBeside(mol, beside),
    waits: async (mol) => (await steps()).waits(mol),
    told: async (step) => (await steps()).told(step),
    standing: async (mol, leave) => (await steps()).standing(mol, leave),
    isComplete: async (mol) => (await steps()).isComplete(mol),
    isForAgent: async (mol) => (await steps()).isForAgent(mol),
  };
}
