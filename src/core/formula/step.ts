import type { Origin, Step } from './grammar.ts';

/** What is true of any step. */

/** What a thing is called: its title, else the first line of its description, else its id. */
export function titleOf({ id, title, description }: { id: string; title: string; description: string }): string {
  if (title.trim() !== '') return title;
  const first = description
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '');
  return first ?? id;
}

/** A step of which nothing is said but its id. */
export function blankStep(id: string, origin: Origin): Step {
  return {
    id,
    title: '',
    description: '',
    notes: '',
    acceptance: '',
    type: 'task',
    priority: 2,
    labels: [],
    tags: [],
    metadata: {},
    assignee: '',
    needs: [],
    depends_on: [],
    children: [],
    expand_vars: {},
    parallel: false,
    interactive: false,
    origin,
  };
}

/** The ids that a step needs, each once: `needs` and `depends_on` mean the same. */
export function needsOf({ needs, depends_on }: Pick<Step, 'needs' | 'depends_on'>): readonly string[] {
  return needs.length + depends_on.length < 2 ? [...needs, ...depends_on] : [...new Set([...needs, ...depends_on])];
}
