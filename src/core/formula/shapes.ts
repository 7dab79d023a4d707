import {
  type Advice,
  type AdviceStep,
  type BondPoint,
  type BranchRule,
  type Compose,
  type ExpandRule,
  FORMULA_TYPES,
  type Formula,
  type Gate,
  type GateRule,
  type Hook,
  type Loop,
  type MapRule,
  type OnComplete,
  type Origin,
  type Pointcut,
  type Step,
  type Var,
} from './grammar.ts';
import type { Input, Leg, Output, Preset, Synthesis } from './grammar-convoy.ts';
import {
  anything,
  filled,
  flag,
  list,
  may,
  must,
  named,
  oneOf,
  or,
  own,
  type Shape,
  scalar,
  table,
  text,
  whole,
  word,
} from './reader.ts';

import { exec, ralph, renamedRalph, retry } from './shapes-exec.ts';

/** How each table of a formula file is read: its keys, their kinds, and what they are when absent. */

/** Adds where it is written. */
const placed =
  <T>(shape: Shape<T>): Shape<T & { readonly origin: Origin }> =>
  (value, at, into) => {
    const read = shape(value, at, into);
    return read && { ...read, origin: { formula: into.formula, file: into.file, at, by: [] } };
  };

const none: readonly never[] = [];
const noTexts: Readonly<Record<string, string>> = {};
const texts = named(scalar);
const names = list(word);

const varTable = table<Var>({
  description: or(text, ''),
  default: may(scalar),
  required: or(flag, false),
  enum: may(list(scalar)),
  pattern: may(text),
  type: or(filled, 'string'),
});
/** A plain value is a variable with that default. */
const variable: Shape<Var> = (value, at, into) =>
  typeof value === 'object' && value !== null
    ? varTable(value, at, into)
    : { description: '', default: scalar(value, at, into) ?? '', required: false, type: 'string' };

const gate = table<Gate>(
  {
    type: or(filled, 'human'),
    id: or(scalar, ''),
    await_id: may(scalar),
    timeout: may(filled),
    condition: may(filled),
  },
  { duration: 'the time of a gate is its `timeout`' },
);

/** Steps hold steps: the shape is found when it is needed. */
const steps: Shape<readonly Step[]> = (value, at, into) => list(step)(value, at, into);

const loop = table<Loop>({
  count: may(whole(1)),
  range: may(filled),
  until: may(filled),
  max: may(whole(1)),
  var: may(filled),
  body: or(steps, none),
});

const onComplete = table<OnComplete>({
  for_each: may(filled),
  bond: may(filled),
  vars: or(texts, noTexts),
  parallel: or(flag, false),
  sequential: or(flag, false),
});

const bareStep = table<Step>(
  {
    id: must(word),
    title: or(text, ''),
    description: or(text, ''),
    notes: or(text, ''),
    acceptance: or(text, ''),
    description_file: may(filled),
    type: or(filled, 'task'),
    priority: or(whole(0, 4), 2),
    labels: or(names, none),
    tags: or(names, none),
    metadata: or(anything, {}),
    assignee: or(text, ''),
    needs: or(names, none),
    depends_on: or(names, none),
    waits_for: may(filled),
    condition: may(text),
    children: or(steps, none),
    expand: may(filled),
    expand_vars: or(texts, noTexts),
    loop: may(loop),
    gate: may(gate),
    on_complete: may(onComplete),
    retry: may(retry),
    ralph: may(ralph),
    parallel: or(flag, false),
    interactive: or(flag, false),
    ...exec,
  },
  { ephemeral: 'pour or wisp decides that for the whole molecule; a formula says `pour = true`' },
);
const placedStep = placed(bareStep);
/** One list of labels, whichever name each has come by. */
const step = renamedRalph((value, at, into) => {
  const read = placedStep(value, at, into);
  return read && { ...read, labels: [...new Set([...read.labels, ...read.tags])], tags: [] };
});

const adviceStep = table<AdviceStep>({
  id: must(word),
  title: or(text, ''),
  description: or(text, ''),
  type: or(filled, 'task'),
  args: or(anything, {}),
  output: or(anything, {}),
  ...exec,
});
const around = table<Advice['around']>({ before: or(list(adviceStep), none), after: or(list(adviceStep), none) });
const advice = table<Advice>({
  target: must(word),
  before: may(adviceStep),
  after: may(adviceStep),
  around: or(around, { before: none, after: none }),
});
const pointcut = table<Pointcut>({ glob: may(filled), type: may(filled), label: may(filled) });

const compose = table<Compose>({
  expand: or(list(placed(table<ExpandRule>({ target: must(word), with: must(word), vars: or(texts, noTexts) }))), none),
  map: or(list(placed(table<MapRule>({ select: must(word), with: must(word), vars: or(texts, noTexts) }))), none),
  branch: or(list(placed(table<BranchRule>({ from: must(word), steps: must(names), join: must(word) }))), none),
  gate: or(list(placed(table<GateRule>({ before: must(word), condition: must(word) }))), none),
  aspects: or(names, none),
  bond_points: or(
    list(
      table<BondPoint>({
        id: must(word),
        description: or(text, ''),
        after_step: may(filled),
        before_step: may(filled),
        parallel: or(flag, false),
      }),
    ),
    none,
  ),
  hooks: or(list(table<Hook>({ trigger: must(word), attach: must(word), at: or(text, ''), vars: or(texts, noTexts) })), none),
});
/** Nothing is composed. */
const NO_COMPOSE: Compose = {
  expand: none,
  map: none,
  branch: none,
  gate: none,
  aspects: none,
  bond_points: none,
  hooks: none,
};

const input = table<Input>({
  description: or(text, ''),
  type: or(filled, 'string'),
  required: or(flag, false),
  required_unless: or(names, none),
  default: may(scalar),
});
const leg = table<Leg>({
  id: must(word),
  title: or(text, ''),
  focus: or(text, ''),
  description: or(text, ''),
  agent: or(text, ''),
  review_only: or(flag, false),
});

/** A whole formula file, its `type` given or worked out before. */
export const formulaShape = table<Formula>({
  formula: must(word),
  description: or(text, ''),
  type: must(oneOf(FORMULA_TYPES)),
  version: or(whole(0), 1),
  extends: or(names, none),
  vars: or(named(variable), {}),
  labels: or(names, none),
  steps: or(steps, none),
  template: or(steps, none),
  compose: or(compose, NO_COMPOSE),
  advice: or(list(placed(advice)), none),
  pointcuts: or(list(pointcut), none),
  phase: or(text, ''),
  pour: may(flag),
  squash: own(anything, 'object'),
  agent: or(text, ''),
  review_only: may(flag),
  inputs: or(named(input), {}),
  prompts: or(texts, noTexts),
  legs: or(list(leg), none),
  synthesis: may(table<Synthesis>({ title: or(text, 'Synthesis'), description: or(text, ''), depends_on: or(names, none) })),
  output: may(table<Output>({ directory: or(text, ''), leg_pattern: or(text, ''), synthesis: or(text, '') })),
  presets: or(named(table<Preset>({ description: or(text, ''), legs: or(names, none) })), {}),
  aspects: or(list(leg), none),
  source: or(text, ''),
});
