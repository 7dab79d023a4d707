import { describe, expect, test } from 'vitest';
import { cookTemplate } from '#core/formula/cook';
import { fill } from '#core/formula/fill';
import type { Proto } from '#core/formula/proto';
import { distill, distilledOf } from '#core/molecule/distill';
import type { Molecule } from '#core/records';

const cook = (file: string, text: string): Proto => {
  const made = cookTemplate({
    name: 'f',
    find: (name) => (name === 'f' ? { file, text } : undefined),
    names: ['f'],
    hash: (content) => String(content.length),
    given: new Map(),
  });
  if ('faults' in made) throw new Error(JSON.stringify(made.faults));
  return made.proto;
};
const filled = (proto: Proto, vars: Record<string, string> = {}): Proto => {
  const made = fill(proto, new Map(Object.entries(vars)), 'f');
  if (!('proto' in made)) throw new Error(JSON.stringify(made.faults));
  return made.proto;
};
const mol = { id: 'gp-mol-abc', title: 'f', phase: 'liquid' } as Molecule;
/** What a graph is: nodes with their places, edges, gates, waits, who does it. */
const graph = ({ steps }: Proto) =>
  steps.map(({ id, parent, kind, title, needs, waits, gate, exec, priority, labels, retry, metadata, acceptance }) => ({
    ...{ id, parent, kind, title, waits, exec, priority, labels, retry, metadata, acceptance },
    needs: [...needs].sort(),
    gate: gate && { type: gate.type, id: gate.id, timeout: gate.timeout },
  }));

const RICH = `
formula = "f"
[vars.feature]
required = true
[[steps]]
id = "design"
title = "Design {{feature}}"
acceptance = "it is written"
retry = { max_attempts = 2 }
labels = ["a"]
metadata = { k = "v" }
[[steps]]
id = "build"
title = "Build"
needs = ["design"]
priority = 0
[[steps.children]]
id = "code"
title = "Code {{feature}}"
[[steps.children]]
id = "test"
title = "Test"
needs = ["code"]
executor = "command"
run = "npm test"
repeatable = true
[[steps]]
id = "loop"
title = "Again"
needs = ["build"]
loop = { count = 2, body = [{ id = "x", title = "X" }, { id = "y", title = "Y", needs = ["x"] }] }
[[steps]]
id = "gated"
title = "Gated"
needs = ["loop"]
gate = { type = "timer", timeout = "1h" }
[[steps]]
id = "last"
title = "Last"
needs = ["gated", "build"]
waits_for = "all-children"
`;

describe('M12: distill', () => {
  test('a poured molecule distilled cooks to the same graph', () => {
    const plan = filled(cook('f.toml', RICH), { feature: 'auth' });
    const again = filled(cook('f.json', JSON.stringify(distill(mol, plan, 'f', []))));
    expect(graph(again)).toEqual(graph(plan));
  });

  test('a value becomes a variable where it stands as a word of its own, and gives the same graph back', () => {
    const plan = filled(cook('f.toml', RICH), { feature: 'auth' });
    const formula = distill(mol, plan, 'f', [{ name: 'feature', value: 'auth' }]);
    expect(JSON.stringify(formula)).toContain('Design {{feature}}');
    const proto = cook('f.json', JSON.stringify(formula));
    expect(proto.vars['feature']).toMatchObject({ required: true });
    expect(graph(filled(proto, { feature: 'auth' }))).toEqual(graph(plan));
    const words = distill(mol, { ...plan, description: 'authority, auth.' }, 'f', [{ name: 'feature', value: 'auth' }]);
    expect(words['description']).toBe('authority, {{feature}}.');
  });

  test('either side of --var may be the value', () => {
    const plan = filled(cook('f.toml', RICH), { feature: 'auth' });
    expect(distilledOf('feature=auth', plan)).toEqual({ name: 'feature', value: 'auth' });
    expect(distilledOf('auth=feature', plan)).toEqual({ name: 'feature', value: 'auth' });
    expect(distilledOf('auth', plan)).toBeUndefined();
  });
});
