/** What a screen proves of a nudge that was typed. `typedAt` is when a person last typed, ms since 1970. */
import { holds, holdsMore, isWholly } from '#core/nudge-text';
import type { NudgeResult } from './asked.ts';
import type { Nudge } from './nudge.ts';
import type { Seen } from './place.ts';
import { told } from './place.ts';

/** Whether the text stands in the input. */
export function isHeld({ typed, program }: Nudge, { draft }: Seen): boolean {
  return draft !== undefined && draft !== '' && holds(draft, typed, program.signs.folded);
}

/** The input holds more than the text, or something else: nothing that is ours to send. */
export function foreign(nudge: Nudge, seen: Seen, typedAt: number): NudgeResult | undefined {
  const { typed, program, pastedAt, enters } = nudge;
  const { folded } = program.signs;
  const draft = seen.draft ?? '';
  const isTouched = typedAt >= pastedAt;
  if (!isHeld(nudge, seen)) {
    if (isTouched) return told('unknown', 'somebody typed, and its input holds something else', seen);
    return told(enters > 0 ? 'unknown' : 'draft-left', 'its input shows something else', seen);
  }
  if (isTouched && !isWholly(draft, typed, folded)) return told('draft-left', 'somebody typed into its input', seen);
  return holdsMore(draft, typed, folded) ? told('draft-left', 'its input holds more than this text', seen) : undefined;
}

/** After an Enter: that it was taken, that nobody can know, or undefined when it does not show yet. */
export function taken(nudge: Nudge, seen: Seen, typedAt: number): NudgeResult | undefined {
  if (seen.state === 'dialog' || isHeld(nudge, seen)) return undefined;
  const beganToWork = seen.state === 'busy' && !nudge.wasBusy;
  if (seen.draft === undefined) return beganToWork ? told('taken', 'the program began to work', seen) : undefined;
  if (beganToWork) return told('taken', 'its input is free, and the program began to work', seen);
  if (typedAt >= nudge.enteredAt) return told('unknown', 'somebody typed before it was seen to be taken', seen);
  if (seen.draft !== '') return undefined;
  return told('taken', 'its input is empty', seen);
}
