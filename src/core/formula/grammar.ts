import type { Path } from './faults.ts';
import type { Input, Leg, Output, Preset, Synthesis } from './grammar-convoy.ts';
import type { StepExec } from './grammar-exec.ts';
import type { Extra } from './reader.ts';
import type { Waits } from './waits.ts';

/** A formula as its file says it, read and typed. Keys bear the names that they have in the file. */

export const FORMULA_TYPES = ['workflow', 'expansion', 'aspect', 'convoy'] as const;
type FormulaType = (typeof FORMULA_TYPES)[number];

/** The kinds of work that a step may be; any other word is kept, and worked as a task. */
export const STEP_TYPES = ['task', 'bug', 'feature', 'epic', 'chore'] as const;
/** The gates that resolve by themselves or by hand; any other word waits for a human. */
export const GATE_TYPES = ['human', 'mail', 'timer', 'gh:run', 'gh:pr', 'bead', 'condition'] as const;

export const VAR_TYPES = ['string', 'int', 'bool'] as const;

type Names = readonly string[];
type Texts = Readonly<Record<string, string>>;

/** What has made a step what it is, the first maker first. */
export type Via = {
  readonly how: 'expand' | 'loop' | 'advice';
  /** The expansion, the loop (`L.iter2`) or the formula of the advice. */
  readonly name: string;
  /** The step that was replaced, repeated or advised. */
  readonly on: string;
};

/** Where a step is written, and what has been done to it since. */
export type Origin = { readonly formula: string; readonly file: string; readonly at: Path; readonly by: readonly Via[] };

/** A variable: `{{name}}` in texts stands for its value. */
export type Var = {
  readonly description: string;
  /** Absent: it has none. The empty text is one. */
  readonly default?: string;
  readonly required: boolean;
  readonly enum?: Names;
  readonly pattern?: string;
  /** One of VAR_TYPES; values of another are not judged. */
  readonly type: string;
  readonly extra?: Extra;
};

export type Gate = {
  readonly type: string;
  readonly id: string;
  readonly await_id?: string;
  readonly timeout?: string;
  /** Of the type `condition`: what it waits for. */
  readonly condition?: string;
  readonly extra?: Extra;
};

export type Loop = {
  readonly count?: number;
  readonly range?: string;
  readonly until?: string;
  readonly max?: number;
  readonly var?: string;
  readonly body: readonly Step[];
  readonly extra?: Extra;
};

/** After the step: a formula for each item of a list in its output. */
export type OnComplete = {
  readonly for_each?: string;
  readonly bond?: string;
  readonly vars: Texts;
  readonly parallel: boolean;
  readonly sequential: boolean;
  readonly extra?: Extra;
};

export type Retry = {
  readonly max_attempts: number;
  readonly on_exhausted: 'hard_fail' | 'soft_fail';
  readonly extra?: Extra;
};
export type Ralph = {
  readonly max_attempts: number;
  readonly check: { readonly mode: 'exec'; readonly path: string; readonly timeout: string; readonly extra?: Extra };
  readonly extra?: Extra;
};

/** A step as written in `steps`, `template`, `children` and the body of a loop. */
export type Step = StepExec & {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly notes: string;
  readonly acceptance: string;
  readonly description_file?: string;
  readonly type: string;
  readonly priority: number;
  readonly labels: Names;
  /** The other name of `labels`. */
  readonly tags: Names;
  readonly metadata: Extra;
  readonly assignee: string;
  readonly needs: Names;
  readonly depends_on: Names;
  readonly waits_for?: string;
  readonly condition?: string;
  readonly children: readonly Step[];
  readonly expand?: string;
  readonly expand_vars: Texts;
  readonly loop?: Loop;
  readonly gate?: Gate;
  readonly on_complete?: OnComplete;
  readonly retry?: Retry;
  readonly ralph?: Ralph;
  readonly parallel: boolean;
  readonly interactive: boolean;
  readonly extra?: Extra;
  readonly origin: Origin;
  /** `waits_for`, as soon as it is known who is meant. */
  readonly waits?: Waits;
  /** Conditions of the loop or target that it has replaced: all must hold. */
  readonly also?: Names;
  /** It is a leg of a convoy. */
  readonly leg?: { readonly focus: string; readonly agent: string; readonly review_only: boolean };
  /** It ends a loop with `until`: the steps of the first round have this prefix. */
  readonly repeat?: { readonly until: string; readonly max: number; readonly round: string };
};

export type AdviceStep = StepExec & {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly type: string;
  readonly args: Extra;
  readonly output: Extra;
  readonly extra?: Extra;
};

/** Steps put before and after every step that the glob `target` matches. */
export type Advice = {
  readonly target: string;
  readonly before?: AdviceStep;
  readonly after?: AdviceStep;
  readonly around: { readonly before: readonly AdviceStep[]; readonly after: readonly AdviceStep[]; readonly extra?: Extra };
  readonly extra?: Extra;
  readonly origin: Origin;
};

export type Pointcut = { readonly glob?: string; readonly type?: string; readonly label?: string; readonly extra?: Extra };

export type ExpandRule = {
  readonly target: string;
  readonly with: string;
  readonly vars: Texts;
  readonly extra?: Extra;
  readonly origin: Origin;
};
export type MapRule = {
  readonly select: string;
  readonly with: string;
  readonly vars: Texts;
  readonly extra?: Extra;
  readonly origin: Origin;
};
export type BranchRule = {
  readonly from: string;
  readonly steps: Names;
  readonly join: string;
  readonly extra?: Extra;
  readonly origin: Origin;
};
export type GateRule = { readonly before: string; readonly condition: string; readonly extra?: Extra; readonly origin: Origin };
export type BondPoint = {
  readonly id: string;
  readonly description: string;
  readonly after_step?: string;
  readonly before_step?: string;
  readonly parallel: boolean;
  readonly extra?: Extra;
};
export type Hook = {
  readonly trigger: string;
  readonly attach: string;
  readonly at: string;
  readonly vars: Texts;
  readonly extra?: Extra;
};

/** How a formula is put together from others. */
export type Compose = {
  readonly expand: readonly ExpandRule[];
  readonly map: readonly MapRule[];
  readonly branch: readonly BranchRule[];
  readonly gate: readonly GateRule[];
  readonly aspects: Names;
  readonly bond_points: readonly BondPoint[];
  readonly hooks: readonly Hook[];
  readonly extra?: Extra;
};

export type Formula = {
  readonly formula: string;
  readonly description: string;
  readonly type: FormulaType;
  readonly version: number;
  readonly extends: Names;
  readonly vars: Readonly<Record<string, Var>>;
  readonly labels: Names;
  readonly steps: readonly Step[];
  readonly template: readonly Step[];
  readonly compose: Compose;
  readonly advice: readonly Advice[];
  readonly pointcuts: readonly Pointcut[];
  readonly phase: string;
  /** Absent: not said, so that a parent may say it. */
  readonly pour?: boolean;
  readonly squash?: Extra;
  readonly agent: string;
  readonly review_only?: boolean;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly prompts: Texts;
  readonly legs: readonly Leg[];
  readonly synthesis?: Synthesis;
  readonly output?: Output;
  readonly presets: Readonly<Record<string, Preset>>;
  readonly aspects: readonly Leg[];
  readonly source: string;
  readonly extra?: Extra;
};
