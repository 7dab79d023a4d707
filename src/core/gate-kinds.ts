import { parseRunCondition } from './formula/run-condition.ts';
import type { Gate } from './records.ts';

/** Types that a person may name. Any other word comes from a formula, and waits for a person. */
export const GATE_TYPES = ['human', 'timer', 'mail', 'condition', 'bead', 'gh:run', 'gh:pr'] as const;

/** What a gate waits for, once its fields are read: `hand` and `mail` are opened by somebody, all others by what the worker sees. */
export type GateKind = 'hand' | 'mail' | 'timer' | 'condition' | 'command' | 'bead' | 'gh:run' | 'gh:pr';

type Written = Pick<Gate, 'type' | 'awaitId' | 'timeoutMs' | 'condition' | 'command'>;

/** What a gate waits for. A type that gt does not know, or one that does not say enough, waits for a person: nothing opens by a misunderstanding. */
export function kindOf({ type, awaitId, timeoutMs, condition, command }: Written): GateKind {
  switch (type) {
    case 'mail':
      return 'mail';
    case 'timer':
      return timeoutMs === undefined ? 'hand' : 'timer';
    case 'condition':
      if (command !== undefined) return 'command';
      return condition !== undefined && parseRunCondition(condition) ? 'condition' : 'hand';
    case 'bead':
    case 'gh:run':
    case 'gh:pr':
      return awaitId === '' ? 'hand' : type;
    default:
      return 'hand';
  }
}

/** Whether nothing but somebody's word opens it. */
export const isByHand = (gate: Written): boolean => ['hand', 'mail'].includes(kindOf(gate));

/** Whether it stands open for somebody's word now. A denied step is asked about by its own question. */
export const needsPerson = (gate: Gate): boolean =>
  (gate.state === 'open' && isByHand(gate)) || (gate.state === 'denied' && !gate.mol);

/** The id of what a bead gate waits for: `rig:id` names a rig too, which one town does not need. */
export const beadOf = ({ awaitId }: Pick<Gate, 'awaitId'>): string => awaitId.replace(/^[\w.-]*:/, '');
