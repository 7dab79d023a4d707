import type { Proto } from '#core/formula/proto';
import { BOND_TYPES, type BondType } from '#core/molecule/bond';
import { pouredId } from '#core/molecule/pour';
import { WISP_TYPES } from '#core/molecule/retention';
import type { Molecule } from '#core/records';
import { isRefusal, type Refusal } from '#core/refusals';
import { pour } from '#ops/pour';
import { type Command, command, type Io } from './command.ts';
import { unknownWork } from './ids.ts';
import { valuesOf } from './values.ts';
import { type OpenTown, withDesk } from './wire.ts';
import { filled, placeOf, sayWhenDown, templateOf } from './wire-molecules.ts';

/** Which program is called: both do the same, and show it in their own form. */
export type Face = 'gt' | 'bd';

/** What was poured, or would be. */
export type Poured = {
  readonly id: string | null;
  readonly formula: string;
  readonly title: string;
  readonly phase: Molecule['phase'];
  readonly work: string | null;
  /** Ids of the protomolecule, and what they are in the molecule. */
  readonly ids: Readonly<Record<string, string>>;
  readonly steps: ReadonlyArray<{ readonly id: string; readonly title: string; readonly needs: readonly string[] }>;
  readonly attached: readonly string[];
};

/** `pour` and `wisp`: a formula, or a stored protomolecule, becomes a molecule or a wisp. */
export function pouring(phase: Molecule['phase'], face: Face): Command {
  const verb = phase === 'liquid' ? 'pour' : 'wisp';
  return command({
    args: [{ name: 'formula', required: true, help: 'a formula of the search path, or the id of a stored protomolecule' }],
    options: [
      { name: 'var', value: 'name=value', help: 'a value for it', many: true },
      { name: 'on', value: 'item', help: 'the work item whose agent is to work it' },
      { name: 'rig', value: 'rig', help: 'for this rig (default: the one that you are in, else the town)' },
      { name: 'assignee', value: 'who', help: 'whose it is' },
      { name: 'attach', value: 'proto', help: 'pour this one too, bonded to it', many: true },
      { name: 'attach-type', value: 'type', help: 'how it is bonded (default sequential)', choices: BOND_TYPES },
      { name: 'root-only', help: 'no record for any step: the root alone' },
      { name: 'type', value: 'kind', help: 'of a wisp: what it is for, which says how long it is kept', choices: WISP_TYPES },
      { name: 'dry-run', help: 'show what would be made, make nothing' },
    ],
    about: 'All of it or nothing: when values lack, they are told together and nothing is made. The worker writes the steps.',
    example: `${face === 'bd' ? 'bd' : 'gt'} mol ${verb} shiny --var feature=auth`,
    run: (call) => withDesk(call, { wait: 'agent' }, (town) => make(town, call, { phase, face })),
    text: (value, { paint, quiet }) => {
      const { id, title, steps, work, attached, phase: made } = told(value);
      if (quiet) return id ?? '';
      const count = `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`;
      if (id === null)
        return [`Would make: ${title} (${count})`, ...steps.map((step) => `  ${step.id}  ${step.title}`)].join('\n');
      const under = work ? `, under ${work}` : '';
      const kind = made === 'vapor' ? 'wisp' : 'molecule';
      return [
        `${paint.bold(id)} ${title} (${kind} of ${count}${under})`,
        ...attached.map((one) => `  bonded: ${one}`),
        `Next: gt mol status ${id}`,
      ].join('\n');
    },
  });
}

type Words = {
  readonly args: { readonly formula: string };
  readonly opts: {
    readonly var: readonly string[];
    readonly on: string | undefined;
    readonly rig: string | undefined;
    readonly assignee: string | undefined;
    readonly attach: readonly string[];
    readonly 'attach-type': string | undefined;
    readonly 'root-only': boolean;
    readonly type: string | undefined;
    readonly 'dry-run': boolean;
  };
  readonly io: Io;
  say(line: string): void;
};
type As = { readonly phase: Molecule['phase']; readonly face: Face };

async function make(town: OpenTown, { args, opts, io, say }: Words, { phase, face }: As): Promise<Poured | BdPoured | Refusal> {
  const vars = valuesOf(opts.var);
  if (isRefusal(vars)) return vars;
  const work = opts.on === undefined ? undefined : await town.desk.books.read('work', opts.on);
  if (opts.on !== undefined && !work) return unknownWork(opts.on, town);
  const place = await placeOf(town, { rig: opts.rig, work }, io);
  if (isRefusal(place)) return place;
  // All are cooked and filled before anything is made.
  const plan = async (word: string): Promise<Planned | Refusal> => {
    const template = await templateOf(town, word, { rig: place.rig || undefined, vars, io });
    if (isRefusal(template)) return template;
    const full = filled(template, vars, say);
    if (isRefusal(full)) return full;
    if (full.phase === 'vapor' && phase === 'liquid')
      say(`Warning: ${full.formula} says that it is vapor; \`bd mol wisp ${full.formula}\` makes a wisp of it.`);
    return { plan: opts['root-only'] ? { ...full, steps: [] } : full, ...(template.id ? { proto: template.id } : {}) };
  };
  const main = await plan(args.formula);
  if (isRefusal(main)) return main;
  const more: Planned[] = [];
  for (const word of opts.attach) {
    const one = await plan(word);
    if (isRefusal(one)) return one;
    more.push(one);
  }
  if (opts['dry-run']) return shown(face, { mol: undefined, plan: main.plan, phase, work: work?.id, attached: [] });
  const common = { ...place, phase, vars, ...(opts.assignee ? { assignee: opts.assignee } : {}) };
  const kind = opts.type === undefined ? {} : { wispType: opts.type };
  const mol = await pour(town.desk, { ...common, ...kind, ...main, ...(work ? { work: work.id } : {}) });
  if (isRefusal(mol)) return mol;
  const attached: string[] = [];
  for (const one of more) {
    const made = await pour(town.desk, {
      ...common,
      ...one,
      bond: { to: mol.id, type: (opts['attach-type'] ?? 'sequential') as BondType },
    });
    if (isRefusal(made)) return made;
    attached.push(made.id);
  }
  sayWhenDown(town, say, 'it is poured');
  return shown(face, { mol, plan: main.plan, phase, work: work?.id, attached });
}

type Planned = { readonly plan: Proto; readonly proto?: string };
type Made = {
  mol: Molecule | undefined;
  plan: Proto;
  phase: Molecule['phase'];
  work: string | undefined;
  attached: readonly string[];
};

/** bd's keys come beside what people are shown; they are printed by `--json`. */
type BdPoured = { new_epic_id: string | null; id_mapping: Record<string, string>; created: number; phase: string };

const TOLD = Symbol('told');
const told = (value: unknown): Poured => (value as { [TOLD]?: Poured })[TOLD] ?? (value as Poured);

function shown(face: Face, { mol, plan, phase, work, attached }: Made): Poured | BdPoured {
  const id = (one: string) => (mol ? pouredId(mol.id, plan.root, one) : one);
  const ids = Object.fromEntries([plan.root, ...plan.steps.map((step) => step.id)].map((one) => [one, id(one)]));
  const value: Poured = {
    id: mol?.id ?? null,
    formula: plan.formula,
    title: plan.title,
    phase,
    work: work ?? null,
    ids: mol ? ids : {},
    steps: plan.steps.map((step) => ({ id: id(step.id), title: step.title, needs: step.needs.map(id) })),
    attached,
  };
  if (face === 'gt') return value;
  const bd: BdPoured = { new_epic_id: value.id, id_mapping: { ...value.ids }, created: mol ? Object.keys(ids).length : 0, phase };
  // For `text`; no key of the JSON.
  return Object.defineProperty(bd, TOLD, { value });
}
