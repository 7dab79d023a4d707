import { describe, expect, test } from 'vitest';
import { planned } from '#chores/run-formula';
import { holdsNow, parseRunCondition, type RunFacts } from '#core/formula/run-condition';
import { planConvoy } from '#core/formula/run-convoy';
import { parseTemplate, render } from '#core/formula/template';
import { cookFaults, protoOf } from '../support/formulas.ts';

const shown = (text: string, data: unknown) => {
  const parsed = parseTemplate(text);
  return 'template' in parsed ? render(parsed.template, data) : parsed.fault;
};

describe('templates', () => {
  test.each([
    ['{{.a}} {{.b.c}} {{.none}}{{.b.none.deep}}.', 'A 3 .'],
    ['{{if .a}}yes{{else}}no{{end}} {{if .zero}}yes{{else}}no{{end}}{{if .none}}x{{end}}', 'yes no'],
    ['{{range .xs}}[{{.}}]{{end}}{{range .files}}{{.path}} +{{.additions}};{{end}}', '[1][2]f +2;'],
    ['{{range .xs}}{{if .}}t{{end}}{{end}}', 'tt'],
    ['{{if .a -}}\n\n  x{{- end}}', 'x'],
    ['{{if .a}} {{- .a -}} {{end}}', 'A'],
  ])('%s', (text, result) => {
    const data = { a: 'A', b: { c: 3 }, zero: 0, xs: [1, 2], files: [{ path: 'f', additions: 2 }] };
    expect(shown(text, data)).toBe(result);
  });

  test.each([
    ['x\n{{with .a}}{{end}}', 2],
    ['{{.a | upper}}', 1],
    ['\n\n{{if .a}}', 3],
    ['{{end}}', 1],
    ['{{if .a}}{{else}}{{else}}{{end}}', 1],
    ['a {{.b', 1],
    ['{{$x := .a}}', 1],
    ['{{feature}}', 1],
  ])('%s is refused with its line', (text, line) => {
    expect(shown(text, {})).toMatchObject({ line, says: expect.any(String) });
  });
});

const convoy = `
[inputs.pr]
type = "number"
required_unless = ["files"]
[inputs.files]
[inputs.tone]
default = "kind"
required = true
[prompts]
base = "Review {{.pr}} {{.tone}} as {{.leg.id}} ({{.leg.focus}}) into {{.output_path}} for {{.review_id}}"
[output]
directory = ".reviews/{{.review_id}}"
leg_pattern = "{{.leg.id}}.md"
synthesis = "all.md"
[[legs]]
id = "style"
focus = "names"
description = "Look at style."
[[legs]]
id = "bugs"
[presets.quick]
legs = ["bugs"]
[synthesis]
description = "Read {{range .legs}}{{.}} {{end}}in {{.output.directory}}, write {{.output.synthesis}}"
depends_on = ["style"]
`;

describe('a convoy at its run', () => {
  const plan = (inputs: Record<string, string>, preset?: string) =>
    planConvoy(
      protoOf({ f: convoy }),
      { id: 'x7k2p', inputs: new Map(Object.entries(inputs)), ...(preset ? { preset } : {}) },
      'f.toml',
    );

  test('O1: inputs are enforced, all at once, and defaults used', () => {
    expect(plan({})).toMatchObject({ faults: [{ at: 'inputs.pr', says: 'input `pr` has no value', hint: 'give it, or files' }] });
    expect(plan({ pr: 'seven' }, 'quik')).toMatchObject({
      faults: [
        { says: 'is "seven", and must be a number' },
        { says: 'there is no preset `quik`', hint: 'did you mean `quick`?' },
      ],
    });
    expect(plan({ files: 'a.ts' })).toHaveProperty('plan');
  });

  test('legs and synthesis are rendered', () => {
    expect(plan({ pr: '7' })).toMatchObject({
      plan: {
        directory: '.reviews/x7k2p',
        files: { style: '.reviews/x7k2p/style.md', bugs: '.reviews/x7k2p/bugs.md' },
        proto: {
          steps: [
            { description: 'Look at style.\n\n---\n\nReview 7 kind as style (names) into .reviews/x7k2p/style.md for x7k2p' },
            { description: 'Review 7 kind as bugs () into .reviews/x7k2p/bugs.md for x7k2p' },
            { description: 'Read style bugs in .reviews/x7k2p, write all.md', needs: ['f.style'] },
          ],
        },
      },
    });
  });

  test("a leg's own texts have their values; braces that are no template are left to the agent", () => {
    const legs = (description: string) => {
      const f = convoy
        .replace(
          'id = "bugs"',
          `id = "bugs"\ntitle = "Bugs of {{.pr}}"\nfocus = "{{.tone}} ones"\ndescription = "${description}"`,
        )
        .replace('base = "Review', 'base = "{{.leg.description}} {{.leg.title}} Review');
      const made = planConvoy(protoOf({ f }), { id: 'x7k2p', inputs: new Map([['pr', '7']]) }, 'f.toml');
      return 'plan' in made ? made.plan.proto.steps[1] : made;
    };
    const review = 'Bugs of 7 Review 7 kind as bugs (kind ones) into .reviews/x7k2p/bugs.md for x7k2p';
    expect(legs('Look at {{.pr}}, write {{.output_path}}')).toMatchObject({
      title: 'Bugs of 7',
      leg: { focus: 'kind ones' },
      description: `Look at 7, write .reviews/x7k2p/bugs.md\n\n---\n\nLook at 7, write  ${review}`,
    });
    const strange = 'Mind {{ .Values.x | quote }}';
    expect(legs(strange)).toMatchObject({ description: `${strange}\n\n---\n\n${strange} ${review}` });
  });

  test('a list of files is one in texts, and paths of legs stay below the output directory', () => {
    const f = convoy
      .replace('Review {{.pr}}', '{{.files}}:{{range .files}}[{{.}}]{{end}}')
      .replace('{{.leg.id}}.md', '../{{.tone}}/{{.leg.id}}.md');
    const planned = planConvoy(
      protoOf({ f }),
      {
        id: 'x',
        inputs: new Map([
          ['files', 'a b.ts, c.ts'],
          ['tone', '../..'],
        ]),
        folder: '/rig',
      },
      'f.toml',
    );
    expect(planned).toMatchObject({
      plan: {
        directory: '/rig/.reviews/x',
        files: { style: '/rig/.reviews/x/style.md' },
        proto: { steps: [{ description: expect.stringContaining('a b.ts, c.ts:[a b.ts][c.ts]') }, {}, {}] },
      },
    });
  });

  test('O1, O2: a preset chooses legs, and the synthesis waits for those there are', () => {
    expect(plan({ pr: '7' }, 'quick')).toMatchObject({
      plan: { proto: { steps: [{ step: 'bugs' }, { step: 'synthesis', needs: ['f.bugs'] }] } },
    });
  });

  test('O3: the agent is that of the leg, else of the run, else of the formula', () => {
    const f = 'agent = "claude"\n[[legs]]\nid = "l"\nagent = "codex"\n[[legs]]\nid = "m"\n';
    const agents = (agent?: string) => {
      const planned = planConvoy(protoOf({ f }), { id: 'x', inputs: new Map(), ...(agent ? { agent } : {}) }, 'f.toml');
      return 'plan' in planned ? planned.plan.proto.steps.map(({ leg }) => leg?.agent) : [];
    };
    expect([agents(), agents('gemini')]).toEqual([
      ['codex', 'claude'],
      ['codex', 'gemini'],
    ]);
  });

  test('O1: a template that is not understood refuses the formula', () => {
    const f = convoy.replace('{{.pr}}', '{{template .x}}');
    expect(cookFaults({ f })).toEqual([
      expect.stringContaining('prompts.base: line 1 of the text: `{{template .x}}` is not understood'),
    ]);
  });
});

describe('conditions at run time', () => {
  const running = (id: string, status: string, output: unknown = {}) => ({ id, status, output });
  const all = [
    running('design-ui', 'complete', { score: 9, deep: { ok: true } }),
    running('a.b', 'failed'),
    running('c', 'pending'),
  ];
  const facts: RunFacts = {
    self: running('me', 'in_progress', { n: '10' }),
    fileExists: (path) => path === 'a b.txt',
    env: (name) => (name === 'CI' ? 'true' : undefined),
    step: (ref) => all.find(({ id }) => id === ref),
    children: (ref) => (ref === 'c' ? [] : all.slice(0, 2)),
    descendants: () => all,
    steps: all,
  };
  test.each([
    ["file.exists('a b.txt')", true],
    ['file.exists("none")', false],
    ['env.CI == true', true],
    ["env.NONE == ''", true],
    ["step.status == 'in_progress'", true],
    ['status == in_progress', true],
    ['design-ui.status == complete', true],
    ['a.b.status != complete', true],
    ['ghost.status != complete', false],
    ['design-ui.output.score >= 9', true],
    ['output.n > 9', true],
    ['output.n > x9', false],
    ['design-ui.output.deep.ok == true', true],
    ["design-ui.output.none == ''", true],
    ['steps.complete == 1', true],
    ['steps.failed > 1', false],
    ['children(design-ui).all(step.status != pending)', true],
    ['children(c).all(status == complete)', false],
    ['children(c).any(status == complete)', false],
    ["descendants(x).any(step.status == 'failed')", true],
    ['descendants(x).count(status != complete) >= 2', true],
    ['steps().count(output.score > 5) == 1', true],
  ])('%s is %s', (text, holds) => {
    const condition = parseRunCondition(text);
    expect(condition && holdsNow(condition, facts)).toBe(holds);
  });

  test.each([
    '',
    'soon',
    'x == 1',
    'a.status === b',
    'a.status =< b',
    'env.1 == x',
    'steps.done == 1',
    'steps.failed == many',
    'children(x).count(status == y)',
    'children(x).all(status == y',
    'file.exists(a)',
  ])('%s is no condition', (text) => {
    expect(parseRunCondition(text)).toBeUndefined();
  });
});

test('a fan-out on an item is refused: its agent would have nothing to do', () => {
  const plan = protoOf({ f: '[[steps]]\nid = "one"\n' });
  const run = { plan, source: 'f.toml', rig: 'shop', prefix: 'sh', vars: {}, folder: '/shop' };
  expect(planned({ ...run, fanout: true, on: 'sh-a' }, 'x')).toMatchObject({
    refused: 'USAGE',
    facts: { what: expect.stringContaining('sh-a'), hint: expect.stringContaining('gt sling sh-a --on f') },
  });
  expect(planned({ ...run, fanout: true }, 'x')).toEqual({ plan, directory: '', folders: [] });
});
