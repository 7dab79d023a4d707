import { HOLD_MS } from '#core/limits';
import { nextForStep } from '#core/molecule/life';
import { isSkipped } from '#core/molecule/opening';
import type { Step } from '#core/records';
import type { World } from '#world/world';
import { type Answer, done, doneChildless, type Processor, sleep } from './answer.ts';
import { end, endNested, endSeen } from './step-end.ts';
import { fanOut } from './step-fan-out.ts';
import { judge } from './step-judge.ts';
import { offer } from './step-offer.ts';
import { decideRound } from './step-rounds.ts';
import { runCommand } from './step-run-command.ts';
import { endScope } from './step-scope.ts';
import { slingLeg } from './step-sling-leg.ts';
import { watch } from './step-waits.ts';

/** What is done with a step whose needs are met, by who does it. */
const EXECUTORS: Record<
  'run' | 'sling' | 'decide-round' | 'offer' | 'watch' | 'judge' | 'fan-out' | 'end-scope',
  (step: Step, world: World, signal: AbortSignal) => Promise<Answer | undefined>
> = {
  run: runCommand,
  sling: slingLeg,
  'decide-round': decideRound,
  offer,
  watch,
  judge,
  'fan-out': fanOut,
  'end-scope': endScope,
};

/** A step's life: held while it needs something, then done by whoever does it. */
export const steps: Processor<'steps', World> = async (turn, world) => {
  const { desk } = world;
  for (let { doc, unmet, seen } = turn; ; { doc, unmet, seen } = await turn.again()) {
    if (!doc) return done('gone');
    const now = desk.clock.now();
    if (doc.onlyIf && doc.status === 'open' && unmet === 0 && isSkipped(doc, await desk.books.index(`steps.failed:${doc.mol}`))) {
      await end(doc, { outcome: 'skipped', reason: `${doc.onlyIf} did not fail` }, world);
      return done('skipped');
    }
    const move = nextForStep(doc, unmet, now);
    switch (move.do) {
      case 'hold':
        return sleep(doc.notBefore !== undefined && doc.notBefore > now ? doc.notBefore : now + HOLD_MS, move.why);
      case 'close': {
        const reason = doc.exec === 'epic' ? 'its children have ended' : 'its needs are met';
        const closed = await endSeen(seen, doc, { outcome: 'done', reason }, world);
        // What follows its work is yet to be done; or a gate has come.
        if (closed?.status !== 'closed') break;
        return !closed.work && !closed.molecules ? doneChildless('done') : done('done');
      }
      case 'run':
      case 'sling':
      case 'decide-round':
      case 'offer':
      case 'watch':
      case 'judge':
      case 'fan-out':
      case 'end-scope': {
        const answer = await EXECUTORS[move.do](doc, world, turn.signal);
        if (answer) return answer;
        break;
      }
      case 'end':
        await endNested(doc, world);
        return done(doc.closed?.outcome ?? 'closed');
      default:
        move satisfies never;
    }
  }
};
