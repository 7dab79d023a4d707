import { describe, expect, test } from 'vitest';
import { faultsOf, formulaOf, graph, parsed, protoOf, stepOf, warningsOf } from '../support/formulas.ts';

/** What other projects' files hold that gt does not use: it must neither be refused nor lost. */

const one = (keys: string) => `formula = "f"\n[[steps]]\nid = "a"\n${keys}\n`;

describe('files of other projects', () => {
  test('keys that gt does not know are kept at every level, warned of, and told among those that are ignored', () => {
    const text =
      'formula = "f"\nowner = "ops"\n[[steps]]\nid = "a"\nmodel = "big"\n[steps.gate]\ntype = "github"\nevent = "push"\n';
    const formula = formulaOf(text);
    expect([formula.extra, formula.steps[0]?.extra, formula.steps[0]?.gate?.extra]).toEqual([
      { owner: 'ops' },
      { model: 'big' },
      { event: 'push' },
    ]);
    expect(parsed(text).keys).toEqual({
      read: ['formula', 'steps', 'steps[0].id', 'steps[0].gate', 'steps[0].gate.type'],
      ignored: ['steps[0].gate.event', 'steps[0].model', 'owner'],
    });
    expect(stepOf(protoOf({ f: text.replace('formula = "f"\n', '') }), 'a').extra).toEqual({ model: 'big' });
  });

  test('null and the empty text are as good as no key', () => {
    const json = JSON.stringify({
      formula: 'f',
      vars: null,
      steps: [
        {
          id: 'a',
          type: '',
          needs: null,
          waits_for: '',
          expand: '',
          gate: null,
          children: null,
          run: null,
          description_file: '',
        },
      ],
    });
    expect(faultsOf(json, 'f.json')).toEqual([]);
    expect(warningsOf(json, 'f.json')).toEqual([]);
    expect(formulaOf(json, 'f.json')).toEqual(formulaOf('{"formula":"f","steps":[{"id":"a"}]}', 'f.json'));
  });

  test('types of variables and inputs that gt does not know take any text', () => {
    const text = `${one('')}[vars.n]\ntype = "number"\ndefault = 3\n[inputs.i]\ntype = "list"\n`;
    expect(faultsOf(text)).toEqual([]);
    expect(warningsOf(text)).toEqual([
      expect.stringContaining('inputs.i.type: `list` is no type'),
      expect.stringContaining('vars.n.type: `number` is no type'),
    ]);
  });

  test('`squash` may hold anything: nobody reads it', () => {
    expect(faultsOf(`squash = true\n${one('')}`)).toEqual([]);
  });

  test('`check` with `max_attempts` is `ralph` under its later name, and faults name it as it is written', () => {
    const check = (more: string) => one(`[steps.check]\nmax_attempts = 2\n[steps.check.check]\nmode = "exec"\n${more}`);
    expect(formulaOf(check('path = "verify.sh"')).steps[0]).toMatchObject({
      ralph: { max_attempts: 2, check: { mode: 'exec', path: 'verify.sh', timeout: '60s' } },
    });
    expect(parsed(check('path = "verify.sh"')).keys.read).toContain('steps[0].check.check.path');
    expect(faultsOf(check(''))).toEqual(['f.toml:6: steps[0].check.check: `path` is missing']);
  });

  test('steps of a convoy are not kept, which is told', () => {
    const text = 'formula = "f"\ntype = "convoy"\n[[legs]]\nid = "l"\n[[steps]]\nid = "a"\n';
    expect(warningsOf(text)).toEqual([expect.stringContaining('a convoy is made of its legs')]);
  });

  test('a path into the output may be of any form', () => {
    expect(faultsOf(one('on_complete = { for_each = "output.items[0].list", bond = "x" }'))).toEqual([]);
  });

  test('needs across levels stay as they are written', () => {
    const text = '[[steps]]\nid = "e"\n[[steps.children]]\nid = "c"\nneeds = ["z"]\n[[steps]]\nid = "z"\n';
    expect(graph(protoOf({ f: text }))).toEqual({ e: [], c: ['z'], z: [] });
  });
});
