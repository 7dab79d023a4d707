/** What a screen proves of a nudge that was typed. `typedAt` is when a person last typed, ms since 1970. */
import { holds, holdsMore, isWholly } from '#core/nudge-text';
import { HostRefused } from '#world/pty/host';
import type { NudgeResult } from './asked.ts';
import { Over, Stopped } from './eyes.ts';
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

/** After a paste that did not show in time: why no Enter may follow it, or undefined where the input is empty and the program may have dropped it. */
export function unseen(nudge: Nudge, seen: Seen, typedAt: number, isSilent: boolean): NudgeResult | undefined {
  const isTouched = typedAt >= nudge.pastedAt;
  if (seen.draft === undefined) return told('draft-left', 'its input does not show', seen);
  if (seen.draft !== '')
    return isTouched
      ? told('unknown', 'somebody typed, and its input holds something else', seen)
      : told('draft-left', 'its input shows something else', seen); // a dialog, perhaps, that nobody knows
  if (isTouched) return told('unknown', 'somebody typed, and its input is empty', seen);
  return isSilent ? told('draft-left', 'the program does not read', seen) : undefined;
}

/** What the end of its terminal, or the refusal of the host, makes of a nudge that is under way. Throws what is neither. */
export function cutOff({ step }: Nudge, fault: unknown): NudgeResult {
  if (fault instanceof HostRefused && fault.code === 'RETRY') throw new Stopped(); // the next host looks what was typed
  if (fault instanceof HostRefused && fault.code !== 'PTY_GONE')
    return told(step === 'entered' ? 'unknown' : 'draft-left', fault.message);
  if (!(fault instanceof Over || fault instanceof HostRefused)) throw fault;
  if (step === 'entered') return told('unknown', 'the session ended before it was seen to be taken');
  return told('not-sent', 'the session ended before it was sent');
}

/** After an Enter: that it was taken, that nobody can know, or undefined when it does not show yet. A program at work has not taken what a person typed since. */
export function taken(nudge: Nudge, seen: Seen, typedAt: number): NudgeResult | undefined {
  if (seen.state === 'dialog' || isHeld(nudge, seen)) return undefined;
  if (typedAt >= nudge.enteredAt)
    return seen.draft === undefined ? undefined : told('unknown', 'somebody typed before it was seen to be taken', seen);
  const isFree = seen.draft !== undefined;
  if (seen.state === 'busy' && !nudge.wasBusy)
    return told('taken', isFree ? 'its input is free, and the program began to work' : 'the program began to work', seen);
  return seen.draft === '' ? told('taken', 'its input is empty', seen) : undefined;
}
