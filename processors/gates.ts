import { type Kept, type Look, nextForGate, nextLook } from '#core/gate';
import { askedAgain, asks, type End, ended, looked, opened } from '#core/gate-changes';
import { kindOf } from '#core/gate-kinds';
import type { Gate } from '#core/records';
import { orThrow } from '#core/refusals';
import { changeGate, type GateDecision } from '#ops/change-gate';
import type { Desk } from '#world/desk';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { done, type Processor, sleep } from './answer.ts';
import { lookAtBead } from './gate-bead.ts';
import { lookByCommand } from './gate-command.ts';
import { lookAtCondition } from './gate-condition.ts';
import { lookAtGitHub } from './gate-gh.ts';

/** How each kind is looked at; undefined: it changed meanwhile. The kinds that are left out are opened by their time, or by somebody. */
const LOOKS: Record<string, (gate: Gate, world: World, signal: AbortSignal) => Promise<Look | undefined>> = {
  condition: lookAtCondition,
  command: lookByCommand,
  bead: lookAtBead,
  'gh:run': lookAtGitHub,
  'gh:pr': lookAtGitHub,
};

/** A gate's life: parked until it is due, until what it waits for has come, or until somebody opens it. All that it knows is in its record. */
export const gates: Processor<'gates', World> = async (turn, world) => {
  const { desk } = world;
  for (let { doc, unmet } = turn; ; { doc, unmet } = await turn.again()) {
    if (!doc) return done('gone');
    const { id } = doc;
    const move = nextForGate(doc, unmet, await keptBy(doc, desk), desk.clock.now());
    switch (move.do) {
      case 'end':
        return done(doc.state);
      case 'wait':
        return sleep(move.until, move.why);
      case 'open':
        await write(desk, id, (gate, around, now) => (gate.state === 'waiting' ? opened(gate, around, now) : undefined));
        failpoint('gate-open');
        break;
      case 'resolve':
        await end(desk, id, { as: 'resolved', by: 'gt', reason: move.reason });
        break;
      case 'cancel':
        await end(desk, id, { as: 'cancelled', by: 'gt', reason: 'what it kept back has ended' });
        break;
      case 'ask-again':
        await write(desk, id, (gate, around, now) => (gate.state === 'denied' ? askedAgain(gate, around, now) : undefined));
        break;
      case 'escalate':
        await write(desk, id, (gate, around, now) => (gate.state === 'open' ? asks(gate, around, move, now) : undefined));
        break;
      case 'look': {
        const look = await LOOKS[kindOf(doc)]?.(doc, world, turn.signal);
        if (!look) break;
        failpoint('gate-looked');
        const after = look.is === 'met' ? await found(desk, doc, look) : await seen(desk, doc, look);
        if (after?.state === 'open' && look.is !== 'met') {
          const now = desk.clock.now();
          const due = nextLook(after, look.lookAt, now);
          if (due > now) return sleep(due, look.seen);
        }
        break;
      }
      default:
        move satisfies never;
    }
  }
};

async function keptBy(gate: Gate, { books }: Desk): Promise<Kept> {
  if (gate.blocks.length === 0) return { over: false, retried: false };
  const [steps, works] = await Promise.all([
    books.readMany('step', gate.blocks),
    gate.mol ? [] : books.readMany('work', gate.blocks),
  ]);
  const all = [...steps, ...works];
  // What a gate that stands alone kept back may have gone with its molecule; the step of any other may not be there yet.
  const isThere = gate.mol === undefined || all.length === gate.blocks.length;
  return {
    over: isThere && all.every(({ status }) => status === 'closed'),
    retried: steps.some(({ status }) => status === 'open'),
  };
}

const write = async (desk: Desk, id: string, decide: GateDecision): Promise<Gate | undefined> =>
  orThrow(await changeGate(desk, id, decide));

/** Ends a gate that has not ended, once. */
export const end = (desk: Desk, id: string, how: End): Promise<Gate | undefined> =>
  write(desk, id, (gate, around, now) =>
    gate.state === 'resolved' || gate.state === 'cancelled' ? undefined : ended(gate, around, how, now),
  );

/** What was waited for has come. Somebody may have denied it meanwhile: then that stands. */
const found = (desk: Desk, { id }: Gate, look: Extract<Look, { is: 'met' }>): Promise<Gate | undefined> =>
  write(desk, id, (gate, around, now) => {
    if (gate.state !== 'open') return undefined;
    const doc = { ...gate, ...look.found, seen: look.seen, lookedAt: now };
    return ended(doc, around, { as: 'resolved', by: 'gt', reason: look.seen }, now);
  });

const seen = (desk: Desk, { id }: Gate, look: Exclude<Look, { is: 'met' }>): Promise<Gate | undefined> =>
  write(desk, id, (gate, around, now) => (gate.state === 'open' ? looked(gate, around, look, now) : undefined));
