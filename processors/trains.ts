import { shortHash, verdictId } from '#core/ids';
import { CHECK_ERRORS, HOLD_MS } from '#core/limits';
import type { Merge, Rework, Train } from '#core/records';
import { isRefusal } from '#core/refusals';
import { heldBy, nextForTrain, type TrainFacts, type TrainMove } from '#core/train';
import type { Rig, World } from '#world/world';
import { type Answer, type Processor, sleep } from './answer.ts';
import { build, giveBack, land, swap, trainOf } from './landing.ts';
import { block, unblock } from './train-block.ts';

/** A rig's merge train: asks core what comes next from the books and git's facts, does it, and asks again, until there is nothing to do. */
export const trains: Processor<'trains', World> = async (turn, world) => {
  const begun = new Map<string, number>();
  for (let { doc } = turn; ; { doc } = await turn.again()) {
    const train: Train = doc ?? { id: turn.id, generation: 1 };
    const rig = world.rig(turn.id);
    const direct = await directOf(train, rig, world);
    const off = !rig.settings.merge_queue.enabled;
    if (off && direct === undefined && !train.owed) return rest('the refinery is off', world);
    const passes = direct?.override !== undefined && train.blocked?.why === 'checks_broken';
    if ((off || passes) && train.current && train.current !== direct?.id) {
      await note(rig, world, leave);
      continue;
    }
    const facts = await factsOf(train, rig, direct, world);
    if (!facts) return rest(`${rig.target} does not exist in ${rig.repo}`, world);
    const move = nextForTrain(train, facts);
    if (move.do === 'start') begunOnce(move.merge, begun);
    const answer = await obey(move, rig, facts, world);
    if (answer) return answer;
    turn.signal.throwIfAborted();
  }
};

/** Times that one look begins the same request: more often only when it goes round without end. */
const BEGUN = 5;

/** @throws when a request is begun again and again: a fault is told, and parks the train, which would spin for ever and say nothing */
function begunOnce(merge: string, begun: Map<string, number>): void {
  const times = (begun.get(merge) ?? 0) + 1;
  if (times > BEGUN) throw new Error(`${merge} was begun ${BEGUN} times and came to nothing`);
  begun.set(merge, times);
}

const rest = (why: string, { desk }: World): Answer => sleep(desk.clock.now() + HOLD_MS, why);

const canLand = ({ state }: Merge): boolean => ['queued', 'checking', 'landing'].includes(state);

/** The first request that somebody wants landed now, and that can be: not one that has failed on this red base already, unless it lands without its checks. */
async function directOf({ direct = [] }: Train, rig: Rig, { desk, git }: World): Promise<Merge | undefined> {
  const wanted = direct.length > 0 ? await desk.books.readMany('merge', direct) : [];
  const open = wanted.filter(canLand);
  const tip = open.some(({ held }) => held !== undefined) ? await git.resolve(rig.repo, `refs/heads/${rig.target}`) : undefined;
  return open.find(({ held, override }) => override !== undefined || !tip || held !== heldBy(tip, rig.checks.spec));
}

/** Goes from the request that it is at: it keeps its place, and what is known of its tree. */
const leave = ({ current: _c, check: _k, ...train }: Train): Train => train as Train;

async function factsOf(train: Train, rig: Rig, direct: Merge | undefined, world: World): Promise<TrainFacts | undefined> {
  const { desk, git } = world;
  const { books } = desk;
  const tip = await git.resolve(rig.repo, `refs/heads/${rig.target}`);
  if (!tip) return undefined;
  const current = train.current ? await books.read('merge', train.current) : undefined;
  const first = train.current ? undefined : (direct?.id ?? (await firstToTry(rig, tip, world)));
  const { spec, commands } = rig.checks;
  const about = async (tree: string | undefined) => (tree ? books.read('verdict', verdictId({ tree, spec })) : undefined);
  const open = train.check ? await books.read('check', train.check) : undefined;
  const verdict = await about(current?.candidate?.tree);
  const isBlamed = verdict !== undefined && !verdict.passed && verdict.failures.length > 0;
  const baseTree = isBlamed || (train.owed && !current) ? await git.treeOf(rig.repo, tip) : undefined;
  return {
    first,
    current,
    tip,
    spec,
    now: desk.clock.now(),
    hasChecks: commands.length > 0,
    retries: rig.settings.merge_queue.max_checks_retries,
    maxErrors: CHECK_ERRORS,
    verdict,
    baseVerdict: await about(baseTree),
    overridden: (current ?? direct)?.override !== undefined,
    // What was landed untested is waited for by a check of exactly that, begun before it landed or not.
    openCheck: open?.state === 'planned' && open.spec === spec && (current || open.tree === baseTree) ? open.id : undefined,
  };
}

/** Requests that are looked at for one that has not failed on this base yet. */
const TRIED = 100;

async function firstToTry(rig: Rig, tip: string, { desk }: World): Promise<string | undefined> {
  const held = heldBy(tip, rig.checks.spec);
  const ids = await desk.books.index(`merges.queued:${rig.name}`, 0, TRIED - 1);
  // What stands in the queue and is over (books that were patched together) would be dropped and begun without end.
  return (await desk.books.readMany('merge', ids)).find((one) => canLand(one) && one.held !== held)?.id;
}

async function obey(move: TrainMove, rig: Rig, facts: TrainFacts, world: World): Promise<Answer | undefined> {
  switch (move.do) {
    case 'rest':
      return rest(move.why, world);
    case 'wait-check':
      return rest(`waits for check ${move.check}`, world);
    case 'start':
      return note(rig, world, (train) => ({ ...train, current: move.merge }));
    case 'drop':
      return note(rig, world, leave);
    case 'unblock':
      return unblock(rig, facts, world);
    case 'build':
      return build(move.merge, rig, facts.tip, world);
    case 'check':
      return askCheck(move.merge, move.what, rig, facts, world);
    case 'check-landed':
      return askCheck(undefined, 'base', rig, facts, world);
    case 'proven':
      return note(rig, world, ({ owed: _, check: _check, ...train }) => train as Train, {
        type: 'train.proven',
        data: { tip: facts.tip },
      });
    case 'land':
      return land(move.merge, move.unchecked, facts.hasChecks, world);
    case 'swap':
      return swap(move.merge, rig, world);
    case 'return':
      return giveBack(move.merge, await checkEvidence(move.check, world), rig, world);
    case 'block':
      return block(move.why, move.base, rig, world);
    default:
      return move satisfies never;
  }
}

/** Changes the train's record, unless it was changed in between: then the next look decides again. */
async function note(
  rig: Rig,
  { desk }: World,
  change: (train: Train) => Train,
  event?: { type: `train.${string}`; data?: Record<string, unknown> },
): Promise<undefined> {
  await desk.change(async (reading) => ({
    put: [{ noun: 'train', doc: change(await trainOf(reading, rig.name)) }],
    events: event ? [{ ...event, subject: rig.name, rig: rig.name }] : [],
    answer: undefined,
  }));
}

async function askCheck(
  merge: Merge | undefined,
  what: 'candidate' | 'base',
  rig: Rig,
  facts: TrainFacts,
  world: World,
): Promise<Answer | undefined> {
  const { desk, git } = world;
  const commit = what === 'base' ? facts.tip : (merge?.candidate?.tip ?? facts.tip);
  const tree = what === 'base' ? await git.treeOf(rig.repo, commit) : (merge?.candidate?.tree ?? '');
  const id = `ck-${shortHash(desk.random(10), 10)}`;
  const label = !merge
    ? `check ${rig.target} of ${rig.name}, where something untested was landed`
    : what === 'base'
      ? `check ${rig.target} of ${rig.name} itself, before ${merge.work} is blamed`
      : `check ${merge.work} on ${rig.target} of ${rig.name}`;
  const asked = await desk.change(async (reading) => {
    await reading.get('check', id);
    const train = await trainOf(reading, rig.name);
    const now = merge && (await reading.get('merge', merge.id));
    if (train.current !== merge?.id || (merge && !now)) return { put: [], answer: undefined };
    return {
      put: [
        {
          noun: 'check',
          doc: {
            id,
            rig: rig.name,
            tree,
            commit,
            spec: rig.checks.spec,
            commands: [...rig.checks.commands],
            label,
            state: 'planned',
            plannedAt: desk.clock.now(),
          },
        },
        { noun: 'train', doc: { ...train, check: id } },
        ...(now ? [{ noun: 'merge' as const, doc: { ...now, checks: now.checks + 1 } }] : []),
      ],
      events: [
        { type: 'check.planned', subject: id, rig: rig.name, data: { ...(merge ? { merge: merge.id } : {}), tree, what } },
      ],
      answer: undefined,
    };
  });
  return isRefusal(asked) ? sleep(desk.clock.now() + 1000, 'the books are busy') : undefined;
}

async function checkEvidence(id: string, { desk }: World): Promise<Rework> {
  const check = await desk.books.read('check', id);
  const how =
    check?.state === 'timed_out' ? 'ran out of time' : `ended with ${check?.failed?.code ?? check?.failed?.why ?? 'a failure'}`;
  return {
    kind: 'checks',
    evidence: `Check "${check?.failed?.name ?? '?'}" ${how}. Its log: ${check?.log ?? '?'}\n\n${check?.tail ?? ''}`,
  };
}
