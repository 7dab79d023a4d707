import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseOverlay } from '#core/formula/overlay';
import { cookFaults, faultsOf, formulaOf, protoOf, stepOf, warningsOf } from '../support/formulas.ts';

const head = 'formula = "f"\n';
const step = (keys: string) => `${head}[[steps]]\nid = "a"\n${keys}\n`;

describe("gt's own keys of a step", () => {
  test('`run` makes a step a command, with all that gt needs to know of it', () => {
    const keys = 'run = "npm test"\nrepeatable = true\ndone_if = "test -f done"\ntimeout = "10m"\ncheck = "npm run lint"';
    expect(stepOf(protoOf({ f: `[[steps]]\nid = "a"\n${keys}` }), 'a').exec).toEqual({
      executor: 'command',
      run: 'npm test',
      repeatable: true,
      done_if: 'test -f done',
      timeout: '10m',
      check: 'npm run lint',
    });
  });

  test.each(['agent', 'polecat', 'mark'])('the executor %s may be said', (executor) => {
    const proto = protoOf({ f: `[[steps]]\nid = "a"\nexecutor = "${executor}"` });
    expect(stepOf(proto, 'a').exec).toEqual({ executor });
  });

  test('a step that says nothing of it has nothing of it', () => {
    expect(stepOf(protoOf({ f: '[[steps]]\nid = "a"' }), 'a')).not.toHaveProperty('exec');
  });

  test('values are filled into run, done_if, check and timeout, and what they name must be given', () => {
    const f =
      '[vars.dir]\n[vars.t]\ndefault = "5m"\n[[steps]]\nid = "a"\nrun = "make -C {{dir}}"\ndone_if = "test -d {{dir}}"\ntimeout = "{{t}}"\ncheck = "ls {{dir}}"';
    expect(stepOf(protoOf({ f }, { dir: 'x y' }), 'a').exec).toEqual({
      executor: 'command',
      run: 'make -C x y',
      done_if: 'test -d x y',
      timeout: '5m',
      check: 'ls x y',
    });
    expect(cookFaults({ f }, { t: '1h' })).toEqual([expect.stringContaining('variable `dir` has no value')]);
    expect(cookFaults({ f }, { dir: 'x', t: 'soon' })).toEqual([expect.stringContaining('"soon" is no duration')]);
  });

  test('they stand in templates, loop bodies, children and advice, and single braces are filled in there', () => {
    const files = {
      f: [
        '[[steps]]\nid = "t"\nexpand = "e"',
        `[[steps]]\nid = "l"\n[steps.loop]\nrange = "2..3"\nvar = "n"\n[[steps.loop.body]]\nid = "b"\nrun = "move {n} \${n} $HOME"`,
        '[[steps]]\nid = "p"\n[[steps.children]]\nid = "c"\nexecutor = "mark"',
        '[[advice]]\ntarget = "c"\n[advice.before]\nid = "{step.id}-pre"\nrun = "echo {step.id}"',
      ].join('\n'),
      e: 'type = "expansion"\n[[template]]\nid = "{target}.x"\nrun = "build {target}"\ncheck = "test -f {target}"',
    };
    const proto = protoOf(files);
    expect(
      Object.fromEntries(proto.steps.flatMap(({ step, exec }) => (exec ? [[step, exec.run ?? exec.executor]] : []))),
    ).toEqual({
      't.x': 'build t',
      // `${n}` is the shell's.
      'l.iter1.b': `move 2 \${n} $HOME`,
      'l.iter2.b': `move 3 \${n} $HOME`,
      'c-pre': 'echo c',
      c: 'mark',
    });
    expect(stepOf(proto, 't.x').exec).toMatchObject({ check: 'test -f t' });
  });

  test.each([
    ['run = "x"\nexecutor = "polecat"', 'steps[0].executor: `run` is for a command, and the executor is polecat'],
    ['executor = "command"', 'steps[0].executor: a command needs `run`'],
    ['done_if = "x"', 'steps[0].done_if: `done_if` has a meaning only with `run`'],
    ['repeatable = true', 'steps[0].repeatable: `repeatable` has a meaning only with `run`'],
    ['run = "x"\ntimeout = "5 minutes"', 'steps[0].timeout: "5 minutes" is no duration'],
    ['executor = "mark"\ncheck = "x"', 'steps[0].check: a mark ends by itself'],
    ['executor = "comand"', 'did you mean `command`?'],
    ['run = ""', 'steps[0].run: must be a text that is not empty'],
    ['run = "x"\n[[steps.children]]\nid = "c"', 'steps[0].run: a step with children ends with them'],
    [
      'run = "x"\n[steps.loop]\ncount = 2\n[[steps.loop.body]]\nid = "b"',
      'steps[0].run: a loop is done by the steps of its body',
    ],
    ['run = "x"\nexpand = "e"', 'steps[0].run: the expansion takes the place of this step'],
  ])('refused: %j', (keys, says) => {
    expect(faultsOf(step(keys))).toEqual([expect.stringContaining(says)]);
  });

  test('they are judged in advice too', () => {
    const text = `${head}[[steps]]\nid = "a"\n[[advice]]\ntarget = "a"\n[[advice.around.before]]\nid = "b"\nexecutor = "command"\n`;
    expect(faultsOf(text)).toEqual([
      'f.toml:8: advice[0].around.before[0].executor: a command needs `run` (such as run = "npm test")',
    ]);
  });

  test('a key of the same name that another project uses for something else is kept with a warning', () => {
    const foreign = step('timeout = "5 minutes"\nrun = ["a", "b"]\n[steps.check]\nmode = "exec"\npath = "x.sh"');
    expect(formulaOf(foreign).steps[0]?.extra).toEqual({ run: ['a', 'b'], check: { mode: 'exec', path: 'x.sh' } });
    expect(warningsOf(foreign)).toEqual([
      expect.stringContaining('`run` is a text'),
      expect.stringContaining('`check` is a text'),
      expect.stringContaining('`timeout` has a meaning only with `run` or `check`'),
    ]);
  });
});

test('the formulas of the manual are good', () => {
  const manual = readFileSync(new URL('../../docs/formulas.md', import.meta.url), 'utf8');
  const [formula = '', expansion = '', overlay = ''] = [...manual.matchAll(/```toml\n([\s\S]*?)```/g)].map(([, text]) => text);
  expect([faultsOf(formula), warningsOf(formula)]).toEqual([[], []]);
  expect([faultsOf(expansion), warningsOf(expansion)]).toEqual([[], []]);
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const careful = /careful\.formula\.toml\n([\s\S]*?)\n\$ gt /.exec(readme)?.[1] ?? '';
  expect([formulaOf(careful).steps.length, faultsOf(careful), warningsOf(careful)]).toEqual([3, [], []]);
  expect(stepOf(protoOf({ f: formula.replace(/^formula = .*$/m, '') }), 'tag').needs).toHaveLength(2);
  expect(parseOverlay({ file: 'o.toml', text: overlay })).toMatchObject({ overrides: [{ mode: 'append' }], warnings: [] });
});
