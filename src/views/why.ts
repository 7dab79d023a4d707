import { codeRoleIn } from '#core/agent-words';
import { addressOf, type Holder, whoIs } from '#core/holder';
import type { Agent, Run, Work } from '#core/records';
import { explain, type Refusal } from '#core/refusals';
import type { Identity } from '#core/roles';
import { parkedInWords } from '#core/work';
import type { Desk } from '#world/desk';
import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';
import { whyAsked } from './escalations.ts';
import type { SessionFact, TownFacts } from './facts.ts';
import { lastingCalled, lastingNamed } from './lasting-named.ts';
import { whyMailWaits } from './mail-waiting.ts';
import { mqList } from './mq-list.ts';
import { whyNotNudged } from './nudges.ts';
import { type Reason, reason } from './reason.ts';
import { whyAgent, whyNoProgram } from './why-agent.ts';
import { whyGate, whyUnmet } from './why-gate.ts';
import { whyItsMolecule } from './why-molecule.ts';
import { whyRun } from './why-run.ts';
import { whyNoSlot } from './why-slot.ts';
import { type Others, whyMolecule, whyStep } from './why-step.ts';
import { whyLeft, whyTrain } from './why-train.ts';

export type Why = {
  /** What was asked about, and the item or rig that it came down to. */
  readonly about: string;
  readonly title: string | null;
  /** In order: the first one must go before the next one matters. Empty: nothing holds it up. */
  readonly reasons: readonly Reason[];
};

/** The beginning of an item's id: no agent is called so. */
const ITEM = /^[a-z]\w*-\w/;

/** What `why` is told of the world beside the books. */
export type WhyFacts = {
  readonly town: TownFacts;
  readonly now: number;
  readonly rigs: readonly Rig[];
  /** What the host knows of a session; undefined when it does not answer, or does not know it. */
  readonly session: (id: string) => Promise<SessionFact | undefined>;
  /** What is wrong with the overlays and directives of an agent; absent where nobody looks at files. */
  readonly prompts?: (who: Identity) => readonly Refusal[];
};

/** Why an item, a run, a merge request, a step, a molecule, a gate, a rig or an agent does not move. Undefined when there is no such thing. */
export async function why(
  { books, steps }: Pick<Desk, 'books' | 'steps'>,
  facts: WhyFacts,
  about: string,
): Promise<Why | undefined> {
  const lasting = await lastingNamed(books, facts.rigs, about);
  if (lasting) return whyLasting(books, lasting, facts);
  // Without an agent in its place a role is what gt does for the town, or for the rig.
  const code = codeRoleIn(about);
  if (code && code.rig === undefined) return { about, title: null, reasons: outages(facts) };
  const rig = facts.rigs.find(({ name }) => name === (code?.rig ?? about));
  if (rig) return { about, title: null, reasons: [...outages(facts), ...(await whyRig(books, facts, rig))] };
  const run = await runNamed(books, facts, about);
  const called = run || ITEM.test(about) ? undefined : await lastingCalled(books, about);
  if (called) return whyLasting(books, called, facts);
  const work = await books.read('work', run?.work ?? about.replace(/\.[rm]\d+(\.s\d+)?$/, ''));
  if (!work) return whyOther(books, facts, about);
  const inMolecule = work.status === 'closed' ? [] : await whyItsMolecule(books, steps, work, others(books, facts));
  // An item whose molecule waits asks for no slot.
  const asksNot = inMolecule.some(({ code }) => code === 'step-waits');
  const reasons = [
    ...(await whyWork(books, facts, work)).filter(({ code }) => !asksNot || code !== 'looking'),
    ...inMolecule,
    ...(work.status === 'closed' ? [] : await whyUnsaid(books, work.id, facts.now)),
  ];
  const holder = work.run ? await books.read('run', work.run) : undefined;
  if (holder && work.status !== 'closed') reasons.push(...whyLeftOut(holder, facts));
  const moot = work.status === 'closed' || reasons.some((one) => one.code === 'not-slung' || one.code === 'needs-you');
  return { about: work.id, title: work.title, reasons: moot ? reasons : [...outages(facts), ...reasons] };
}

async function whyLasting(books: Books, agent: Agent, facts: WhyFacts): Promise<Why> {
  const mail = await whyMailWaits(books, agent.id);
  const reasons = [...outages(facts), ...(await whyAgent(agent, facts)), ...mail, ...whyLeftOut(agent, facts)];
  return { about: agent.id, title: addressOf(agent), reasons };
}

/** What its agent is not told, because the file that says it is wrong. It works all the same. */
const whyLeftOut = (holder: Holder, { prompts }: WhyFacts): Reason[] =>
  (prompts?.(whoIs(holder)) ?? []).map((fault) => {
    const { says, try: change } = explain(fault);
    return reason('left-out', `${addressOf(holder)} is not told all that you wrote.`, says.replace(/\.$/, ''), change);
  });

/** What its agent has asked in vain, and what was said to it in vain. */
const whyUnsaid = async (books: Books, id: string, now: number): Promise<Reason[]> => [
  ...(await whyAsked(books, id, now)),
  ...(await whyMailWaits(books, id)),
  ...(await whyNotNudged(books, id)),
];

/** Why a gate, a step or a molecule does not move. */
async function whyOther(books: Books, facts: WhyFacts, about: string): Promise<Why | undefined> {
  const [gate, step, mol] = await Promise.all([
    books.read('gate', about),
    books.read('step', about),
    books.read('molecule', about),
  ]);
  const told = async (title: string, isOver: boolean, reasons: Promise<Reason[]>): Promise<Why> => ({
    about,
    title,
    reasons: [...(isOver ? [] : outages(facts)), ...(await reasons)],
  });
  if (gate) return told(gate.title, gate.ended !== undefined, whyGate(books, gate, facts.now));
  if (step) return told(step.title, step.status === 'closed', whyStep(books, step, others(books, facts)));
  return mol && told(mol.title, mol.state === 'closed', whyMolecule(books, mol, others(books, facts)));
}

const others = (books: Books, facts: WhyFacts): Others => ({
  now: facts.now,
  work: (work) => whyWork(books, facts, work),
  run: (run) => whyRun(run, facts),
});

/** The live run of a polecat's address (`rig/name`), or of its name alone. */
export async function runNamed(books: Books, { rigs }: Pick<WhyFacts, 'rigs'>, address: string): Promise<Run | undefined> {
  const [first = '', ...rest] = address.split('/');
  const name = rest.at(-1) ?? first;
  if (ITEM.test(name)) return undefined;
  const among = rest.length > 0 ? rigs.filter((rig) => rig.name === first) : rigs;
  for (const rig of among) {
    const runs = await books.readMany('run', await books.index(`runs.live:${rig.name}`));
    const found = runs.find((run) => run.name === name);
    if (found) return found;
  }
  return undefined;
}

/** What keeps everything from moving. */
function outages({ town }: WhyFacts): Reason[] {
  if (!town.up) return [reason('town-down', 'The town is not running.', 'no supervisor is alive', 'gt up')];
  return town.processes
    .filter(({ name, state }) => name !== 'supervisor' && !['running', 'elsewhere'].includes(state))
    .map(({ name, state, why: cause }) =>
      reason(`${name}-down`, `The ${name} is ${state}.`, cause ?? 'the supervisor says so', state === 'broken' ? 'gt up' : null),
    );
}

async function whyRig(books: Books, facts: WhyFacts, rig: Rig): Promise<Reason[]> {
  const [queue, waiting, live] = await Promise.all([
    mqList(books, rig),
    books.count(`want:${rig.name}`),
    books.count(`runs.live:${rig.name}`),
  ]);
  const reasons = [...whyTrain(queue, undefined, facts.now), ...whyLeft(queue, rig)];
  if (waiting === 0) return reasons;
  const full = await whyNoSlot(books, facts, rig.name, live);
  return full ? [...reasons, { ...full, evidence: `${waiting} waiting; ${full.evidence}` }] : reasons;
}

async function whyWork(books: Books, facts: WhyFacts, work: Work): Promise<Reason[]> {
  const { id } = work;
  if (work.status === 'closed') {
    const how = work.closed?.commit ? `${work.closed.reason}, ${work.closed.commit.slice(0, 10)}` : (work.closed?.reason ?? '');
    return [reason('closed', `${id} is closed.`, how)];
  }
  if (work.needsYou)
    return [reason('needs-you', `${id} waits for you.`, work.needsYou.why, `gt work show ${id}, then gt sling ${id}`)];
  if (work.parked && !work.run)
    return [
      reason(work.parked.as, `Nothing of ${id} is started.`, `its polecat was ${parkedInWords(work.parked)}`, `gt wake ${id}`),
    ];
  if (work.merge) {
    const rig = facts.rigs.find((one) => one.name === work.rig);
    if (rig) return whyTrain(await mqList(books, rig), work.merge, facts.now);
  }
  if (work.run) {
    const run = await books.read('run', work.run);
    if (run) return whyRun(run, facts);
  }
  const asleep = work.status !== 'hooked' && work.status !== 'in_progress';
  const first = asleep ? [reason('not-slung', `Nobody has slung ${id}.`, `its status is ${work.status}`, `gt sling ${id}`)] : [];
  const [unmet = []] = work.deps.length > 0 ? await books.unmet(id) : [];
  const [needs, gates] = await Promise.all([books.readMany('work', unmet), whyUnmet(books, unmet, facts.now)]);
  const waits = needs.map((one) => {
    const unslung = one.status === 'open' ? `gt sling ${one.id}` : `gt why ${one.id}`;
    return reason('needs', `It waits for ${one.id}.`, `${one.id} (${one.title}) is ${one.status.replace('_', ' ')}`, unslung);
  });
  if (asleep || waits.length + gates.length > 0) return [...first, ...waits, ...gates];
  return whyInLine(books, facts, work);
}

async function whyInLine(books: Books, facts: WhyFacts, work: Work): Promise<Reason[]> {
  const place = await books.rank('want', work.id);
  if (place === undefined)
    return [
      reason(
        'looking',
        `${work.id} is about to ask for a slot.`,
        'its job has not looked yet; the worker relays it within a second',
      ),
    ];
  const line = work.rework ? 'rework goes before new work of its priority' : `priority p${work.priority}`;
  const full =
    (await whyNoSlot(books, facts, work.rig, await books.count(`runs.live:${work.rig}`))) ??
    (await whyNoProgram(books, facts, work));
  const at = reason(
    'in-line',
    `It is ${place + 1}. in line for a slot.`,
    line,
    full ? null : 'nothing: it is next to be looked at',
  );
  return full ? [full, at] : [at];
}
