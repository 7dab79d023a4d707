import { type Fault, sentence } from '#core/formula/faults';
import type { Proto } from '#core/formula/proto';
import { NO_VALUE, planConvoy } from '#core/formula/run-convoy';
import { shortHash } from '#core/ids';
import type { Work } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { createWork } from '#ops/create-work';
import { pour } from '#ops/pour';
import { cannotSling, sling } from '#ops/sling';
import type { Desk } from '#world/desk';

/** A formula that is to be run, cooked and filled. */
export type FormulaRun = {
  readonly plan: Proto;
  /** The stored protomolecule that it is, if it is one. */
  readonly proto?: string;
  /** File it comes from. */
  readonly source: string;
  readonly rig: string;
  readonly prefix: string;
  readonly vars: Readonly<Record<string, string>>;
  /** Where the output of a convoy's legs lies: an absolute folder of the rig. */
  readonly folder: string;
  /** The item whose agent is to work it; without one an item is made for it. */
  readonly on?: string;
  readonly preset?: string;
  readonly agent?: string;
  /** What the world knows of what is looked at: files, pull request. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly fresh?: boolean;
  readonly fanout?: boolean;
};

export type RunGround = {
  readonly desk: Desk;
  readonly makeFolders: (paths: readonly string[]) => Refusal | undefined;
  readonly unfit?: (rig: string, agent: string | undefined) => Promise<Refusal | undefined>;
};

/** What came of it: the molecule that is being poured, the item whose agent works it, the folder that a convoy writes to. */
export type Ran = {
  readonly molecule: string;
  readonly work: string | null;
  readonly directory: string | null;
  readonly plan: Proto;
};

/** What is about to be poured, and where its legs write. */
type Planned = { readonly plan: Proto; readonly directory: string; readonly folders: readonly string[] };

/** What is about to be poured. Everything that can be wrong is said here, before anything is made. */
export function planned(run: FormulaRun, id: string): Planned | Refusal {
  const { plan } = run;
  if (plan.type === 'aspect' && plan.steps.length === 0)
    return refuse('FORMULA_NOT_RUN', { name: plan.formula, type: plan.type, hint: 'Name it in `compose.aspects` of a formula.' });
  if (run.fanout && run.on !== undefined)
    return refuse('USAGE', {
      what: `With --fanout every step is work of its own: nothing is left for the agent of ${run.on}.`,
      hint: `Leave one of the two out: \`gt formula run ${plan.formula} --fanout\`, or \`gt sling ${run.on} --on ${plan.formula}\`.`,
    });
  if (plan.type !== 'convoy') return run.preset === undefined ? { plan, directory: '', folders: [] } : noPreset(plan);
  const given = {
    id,
    inputs: new Map(Object.entries(run.vars)),
    folder: run.folder,
    ...(run.preset === undefined ? {} : { preset: run.preset }),
    ...(run.agent === undefined ? {} : { agent: run.agent }),
    ...(run.facts ? { facts: run.facts } : {}),
  };
  const convoy = planConvoy(plan, given, run.source);
  if ('faults' in convoy) return faulty(plan, convoy.faults);
  const { proto, directory, files } = convoy.plan;
  const folders = directory === '' ? [] : [...new Set([directory, ...Object.values(files).map(folderOf)])];
  return { plan: { ...proto, steps: proto.steps.map(asWork) }, directory, folders };
}

/** A formula is not to blame for values that it was not given. */
function faulty({ formula: name, convoy }: Proto, faults: readonly Fault[]): Refusal {
  const lines = (says: readonly string[]) => (says.length === 1 ? ` ${says[0]}` : says.map((one) => `\n  ${one}`).join(''));
  if (!faults.every(({ at }) => at.startsWith(INPUT))) {
    const count = `${faults.length} fault${faults.length === 1 ? '' : 's'}`;
    return refuse('FORMULA_INVALID', { name, faults: `${count}:${lines(faults.map(sentence))}` });
  }
  const told = lines(
    faults.map(({ at, says, hint }) => `${says.startsWith('input') ? '' : `${at} `}${says}${hint ? ` (${hint})` : ''}`),
  );
  const inputs = faults.map(({ at }) => at.slice(INPUT.length));
  if (faults.some(({ says }) => !says.endsWith(NO_VALUE))) return refuse('VARS_INVALID', { name, faults: told });
  const any = inputs.every((input) => (convoy?.inputs[input]?.required_unless.length ?? 0) > 0);
  return refuse('VARS_MISSING', { name, faults: told, words: inputs.map((one) => `--var ${one}=…`).join(any ? ' or ' : ' ') });
}

const INPUT = 'inputs.';

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** Each leg is work of its own, and so is what is made of them all. */
function asWork(step: Step): Step {
  const own: Step = { ...step, exec: { ...step.exec, executor: 'polecat' } };
  return step.leg?.review_only && !step.description.includes('--no-code')
    ? { ...own, description: `${step.description}\n\n${REVIEW_ONLY}` }
    : own;
}

const REVIEW_ONLY =
  'This is a review: change and commit nothing in the repository. Hand in with `gt done --no-code --report <file>`, with the file that you wrote.';

type Step = Proto['steps'][number];

const noPreset = (plan: Proto): Refusal =>
  refuse('FORMULA_NOT_RUN', { name: plan.formula, type: plan.type, hint: 'Only a convoy has presets.' });

/**
 * Runs a formula. A convoy's legs become work at once, in parallel. Any other formula is worked step by step by one agent, on the item that was named or on one
 * that is made for it; one in which no agent has anything to do (commands alone) needs none.
 */
export async function runFormula(ground: RunGround, run: FormulaRun): Promise<Ran | Refusal> {
  const { desk } = ground;
  const ready = planned(run, shortHash(desk.random(5), 5));
  if (isRefusal(ready)) return ready;
  const { plan, directory, folders } = ready;
  const unready = (await unfitFor(ground, run, plan)) ?? ground.makeFolders(folders);
  if (unready) return unready;
  const alone = run.on === undefined && (plan.type === 'convoy' || run.fanout || !plan.steps.some(isAgents));
  const work = alone ? undefined : (run.on ?? (await itemFor(desk, run, plan)));
  if (isRefusal(work)) return work;
  const mol = await pour(desk, {
    plan,
    prefix: run.prefix,
    rig: run.rig,
    phase: plan.phase === 'vapor' ? 'vapor' : 'liquid',
    vars: run.vars,
    ...(work === undefined ? {} : { work }),
    ...(run.proto === undefined ? {} : { proto: run.proto }),
    ...(run.fresh ? { fresh: true } : {}),
    ...(run.fanout ? { fanout: true } : {}),
    ...(run.agent || plan.agent ? { agent: run.agent || plan.agent } : {}),
  });
  if (isRefusal(mol)) return mol;
  const refusal = work === undefined ? undefined : await slung(ground, work, run);
  return refusal ?? { molecule: mol.id, work: work ?? null, directory: directory || null, plan };
}

const isAgents = ({ kind, exec, type, leg }: Step): boolean =>
  kind === 'step' &&
  !leg &&
  type !== 'epic' &&
  (exec?.executor === 'agent' || (exec?.executor === undefined && exec?.run === undefined));

/** Why the item cannot be slung, or the first agent that cannot be started: said before anything is made that would only wait for a person. */
async function unfitFor({ desk, unfit }: RunGround, run: FormulaRun, plan: Proto): Promise<Refusal | undefined> {
  const { on, rig, agent } = run;
  const own = (step: Step) => on === undefined && isAgents(step);
  const works = plan.steps.filter((step) => step.leg || own(step) || step.exec?.executor === 'polecat');
  for (const one of new Set(works.map(({ leg }) => leg?.agent || agent || plan.agent || undefined))) {
    const refusal = await unfit?.(rig, one);
    if (refusal) return refusal;
  }
  if (on === undefined || isOnItsWay(await desk.books.read('work', on))) return undefined;
  return cannotSling(desk, { ids: [on], rig, ...(agent ? { agent } : {}), ...(unfit ? { unfit } : {}) });
}

const isOnItsWay = (work: Work | undefined): boolean =>
  work !== undefined && (work.run !== undefined || work.status === 'hooked' || work.status === 'in_progress');

async function itemFor(desk: Desk, { rig, prefix, agent }: FormulaRun, plan: Proto): Promise<string | Refusal> {
  const made = await createWork(desk, {
    rig,
    prefix,
    title: plan.title,
    text: { description: plan.description },
    ...(agent ? { agent } : {}),
  });
  return isRefusal(made) ? made : made.id;
}

/** The item is on its way already when somebody slung it before: then its agent finds the molecule. */
async function slung({ desk, unfit }: RunGround, id: string, { rig, agent }: FormulaRun): Promise<Refusal | undefined> {
  if (isOnItsWay(await desk.books.read('work', id))) return undefined;
  const [answer] = await sling(desk, { ids: [id], rig, ...(agent ? { agent } : {}), ...(unfit ? { unfit } : {}) });
  return answer && !answer.slung ? answer.refusal : undefined;
}
