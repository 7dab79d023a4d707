import { type Fault, meant } from './faults.ts';
import type { Proto, ProtoStep } from './proto.ts';
import { parseTemplate, render } from './template.ts';

/** A convoy formula at its run: its inputs judged, its legs chosen, its texts rendered, before anything is made. */

export type ConvoyRun = {
  /** Id of this run: in texts `review_id` and `design_id`. */
  readonly id: string;
  readonly inputs: ReadonlyMap<string, string>;
  /** Folder that the output directory lies in, when that is not absolute: legs work in different places, and write to one. */
  readonly folder?: string;
  /** Only the legs of this preset. */
  readonly preset?: string;
  /** The agent that whoever runs it asks for: before the formula's, after the leg's own. */
  readonly agent?: string;
  /** What the world knows besides: `changed_files`, `pr_title`, `target_description` … */
  readonly facts?: Readonly<Record<string, unknown>>;
};

export type ConvoyPlan = {
  readonly proto: Proto;
  /** Where the legs write; empty when the formula does not say. */
  readonly directory: string;
  /** The file of each leg, by its id in the formula. */
  readonly files: Readonly<Record<string, string>>;
};

/** How the fault ends that tells of an input which nobody gave. */
export const NO_VALUE = 'has no value';

const RULE = '\n\n---\n\n';

/** The plan of a run, or all that is wrong with it. `file` is named in faults. */
export function planConvoy(proto: Proto, run: ConvoyRun, file: string): { plan: ConvoyPlan } | { faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const tell = (at: string, says: string, hint?: string) => {
    faults.push({ file, line: 0, at, says, ...(hint === undefined ? {} : { hint }) });
  };
  const text = (at: string, template: string, data: unknown): string => {
    const parsed = parseTemplate(template);
    if ('template' in parsed) return render(parsed.template, data);
    tell(at, `line ${parsed.fault.line} of the text: ${parsed.fault.says}`);
    return '';
  };
  const convoy = proto.convoy ?? { inputs: {}, prompts: {}, presets: {} };
  const values = inputsOf(convoy.inputs, run.inputs, tell);
  const known = Object.keys(convoy.presets);
  const preset = run.preset !== undefined && known.includes(run.preset) ? convoy.presets[run.preset] : undefined;
  if (run.preset !== undefined && !preset) tell('presets', `there is no preset \`${run.preset}\``, meant(run.preset, known));
  const legs = proto.steps.filter(({ leg, step }) => leg && (preset?.legs.includes(step) ?? true));
  const listed = listOf(values['files']);
  const own = { formula_name: proto.formula, review_id: run.id, design_id: run.id };
  const base = { ...run.facts, ...values, ...(listed ? { files: listed } : {}), ...own };
  const directory = within(run.folder, text('output.directory', convoy.output?.directory ?? '', base));
  const output = { directory, synthesis: convoy.output?.synthesis ?? '' };
  const files: Record<string, string> = {};
  const made = legs.map((step): ProtoStep => {
    const [title = '', focus = '', about = ''] = [step.title, step.leg?.focus ?? '', step.description].map((own) =>
      rendered(own, base),
    );
    const leg = { id: step.step, title, focus, description: about };
    const name = inside(text('output.leg_pattern', convoy.output?.leg_pattern || '{{.leg.id}}-findings.md', { ...base, leg }));
    files[step.step] = directory === '' ? name : `${directory.replace(/\/$/, '')}/${name}`;
    const data = { ...base, leg, output, output_path: files[step.step] };
    const prompt = text('prompts.base', convoy.prompts['base'] ?? '', data);
    const parts = [rendered(step.description, data), prompt].filter((part) => part.trim() !== '');
    const agent = step.leg?.agent || run.agent || proto.agent;
    return { ...step, title, ...(step.leg ? { leg: { ...step.leg, focus, agent } } : {}), description: parts.join(RULE) };
  });
  const ids = new Set(made.map(({ id }) => id));
  const rest = proto.steps
    .filter(({ leg }) => !leg)
    .map((step) => {
      const needs = step.needs.filter((need) => ids.has(need));
      const data = { ...base, output, files: listed ?? Object.values(files), legs: made.map((leg) => leg.step) };
      return {
        ...step,
        needs: needs.length > 0 ? needs : [...ids],
        description: text('synthesis.description', step.description, data),
      };
    });
  const plan = { proto: { ...proto, steps: [...made, ...rest] }, directory, files };
  return faults.length > 0 ? { faults: unique(faults) } : { plan };
}

/** A leg's own text with its values. Braces that are no template stay as they are: other programs fill in nothing there, so they may be meant for the agent. */
function rendered(own: string, data: unknown): string {
  const parsed = parseTemplate(own);
  return 'template' in parsed ? render(parsed.template, data) : own;
}

/** A folder of the run, where one is named. A path that leads out of the folder would write anywhere. */
function within(folder: string | undefined, directory: string): string {
  if (folder === undefined || directory === '' || directory.startsWith('/')) return directory;
  return `${folder}/${inside(directory)}`;
}

/** A path below whatever it is joined to: an input of the run may be a part of it. */
const inside = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '..' && part !== '.' && part !== '')
    .join('/');

/** Paths as they are given in one value, with commas or line ends between. */
export function listOf(value: string | undefined): string[] | undefined {
  const all = value?.split(/[,\n]/).map((one) => one.trim());
  return all?.filter((one) => one !== '');
}

type Inputs = NonNullable<Proto['convoy']>['inputs'];
type Tell = (at: string, says: string, hint?: string) => void;

/** The values of all inputs, defaults among them. */
function inputsOf(inputs: Inputs, given: ReadonlyMap<string, string>, tell: Tell): Record<string, string> {
  const values: Record<string, string> = Object.fromEntries(given);
  for (const [name, { default: value }] of Object.entries(inputs))
    if (value !== undefined && !Object.hasOwn(values, name)) values[name] = value;
  const has = (name: string) => Object.hasOwn(values, name) && values[name] !== '';
  for (const [name, { required, required_unless: unless, type }] of Object.entries(inputs)) {
    const at = `inputs.${name}`;
    if (!has(name) && (required || unless.length > 0) && !unless.some(has))
      tell(
        at,
        `input \`${name}\` ${NO_VALUE}`,
        unless.length > 0 ? `give it, or ${unless.join(' or ')}` : `give one: --var ${name}=…`,
      );
    if (has(name) && type === 'number' && !/^-?\d+(\.\d+)?$/.test(values[name] ?? ''))
      tell(at, `is "${values[name]}", and must be a number`);
    if (has(name) && type === 'bool' && !/^(true|false)$/.test(values[name] ?? ''))
      tell(at, `is "${values[name]}", and must be true or false`);
  }
  return values;
}

/** A template is rendered for every leg, and its fault is told once. */
function unique(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map((fault) => [`${fault.at} ${fault.says}`, fault])).values()];
}
