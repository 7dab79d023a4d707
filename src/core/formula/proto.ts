import type { Formula, Gate, OnComplete, Ralph, Retry, Step, Var, Via } from './grammar.ts';
import type { StepExec } from './grammar-exec.ts';
import type { Extra } from './reader.ts';
import type { Waits } from './waits.ts';

/** A protomolecule: a formula cooked, all steps in one list, their ids whole. Frozen: what is poured of it does not change with the file. */
export type Proto = {
  readonly formula: string;
  readonly type: string;
  readonly version: number;
  /** Id of the root, and the first part of every id. */
  readonly root: string;
  readonly title: string;
  readonly description: string;
  readonly labels: readonly string[];
  readonly phase: string;
  readonly pour: boolean;
  /** Preset for the agents of its run, unless somebody says another; empty: the town's. */
  readonly agent: string;
  readonly vars: Readonly<Record<string, Var>>;
  readonly squash?: Extra;
  /** Of a convoy: what its run is given, and how its texts are made. */
  readonly convoy?: Pick<Formula, 'inputs' | 'prompts' | 'presets' | 'output'>;
  /** Containers before their children, otherwise as the formula has them. */
  readonly steps: readonly ProtoStep[];
  /** Of what was cooked, not of where it was found: files and lines do not count. */
  readonly hash: string;
};

/** A protomolecule whose content has not been hashed. */
export type Unsealed = Omit<Proto, 'hash'>;

/** Where a cooked step comes from. */
type ProtoOrigin = {
  readonly formula: string;
  readonly file: string;
  readonly line: number;
  readonly at: string;
  readonly by: readonly Via[];
};

export type { StepExec } from './grammar-exec.ts';

export type ProtoStep = {
  /** `ROOT.STEP`, `ROOT.PARENT.CHILD`, and `ROOT.gate-STEP` of a gate. */
  readonly id: string;
  /** Id in the formula; of a gate, that of the step which it keeps back. */
  readonly step: string;
  /** Id of the container: the root, or a step. */
  readonly parent: string;
  /** `round` ends a loop with `until`: its work is to decide whether there is another round. */
  readonly kind: 'step' | 'gate' | 'round';
  readonly title: string;
  readonly description: string;
  readonly notes: string;
  readonly acceptance: string;
  readonly type: 'task' | 'bug' | 'feature' | 'epic' | 'chore' | 'gate';
  /** The type that the file has, when it is none of ours. */
  readonly wrote?: string;
  readonly priority: number;
  readonly labels: readonly string[];
  readonly metadata: Extra;
  readonly assignee: string;
  /** Ids of steps and gates that must have ended. */
  readonly needs: readonly string[];
  readonly waits?: Waits;
  /** All must hold with the values it is poured with, else it is left out. */
  readonly conditions: readonly string[];
  readonly gate?: Gate;
  /** `round`: how the ids (in the formula) of the steps of the first round begin. */
  readonly repeat?: { readonly until: string; readonly max: number; readonly round: string };
  readonly on_complete?: OnComplete;
  readonly retry?: Retry;
  readonly ralph?: Ralph;
  readonly parallel: boolean;
  readonly interactive: boolean;
  /** What gt itself does or asks at this step. */
  readonly exec?: StepExec;
  /** Made by a bond: it runs only when this step, or one that lies in it, failed. */
  readonly onlyIf?: string;
  readonly leg?: NonNullable<Step['leg']>;
  readonly extra?: Extra;
  readonly origin: ProtoOrigin;
};

/** The text of a plain value whose keys are in order: the same for the same content. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const table = value as Record<string, unknown>;
  let text = '';
  for (const key of Object.keys(table).sort()) {
    const one = table[key];
    if (one !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(one)}`;
  }
  return `{${text}}`;
}

/** The proto with the hash of its content. `hash` makes hexadecimal digits or the like of a text. */
export function hashed(proto: Unsealed, hash: (text: string) => string): Proto {
  return { ...proto, hash: hash(contentOf(proto)) };
}

function contentOf(proto: Unsealed): string {
  const steps = proto.steps.map(({ origin: { file: _file, line: _line, ...origin }, ...step }) => ({ ...step, origin }));
  return canonical({ ...proto, steps });
}
