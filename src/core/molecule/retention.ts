import { STEPS_KEPT_MS } from '#core/limits';
import type { Molecule, Step } from '#core/records';

/**
 * How long what has ended is kept.
 *
 * - A molecule of a work item goes with its item: when the item's jobs leave the board, a day after it closed, its steps are dropped and the digest stays.
 * - Any other molecule keeps its steps for a week; then it is squashed: its record, its plan and the digest stay.
 * - A wisp of its own is dropped altogether when its time is over, digest included.
 * - What hangs under a step or another molecule goes with that.
 */
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long a wisp is kept after its end, by what it was for. */
const WISP_KEPT_MS: Readonly<Record<string, number>> = {
  heartbeat: 6 * HOUR,
  ping: 6 * HOUR,
  patrol: DAY,
  gc_report: DAY,
  recovery: 7 * DAY,
  error: 7 * DAY,
  escalation: 7 * DAY,
};

/** Words that a wisp may be for. */
export const WISP_TYPES: readonly string[] = Object.keys(WISP_KEPT_MS);

/** When a molecule that has ended, and hangs under nothing, is squashed or dropped (ms); undefined when nothing of it goes any more. */
export function keptUntil(mol: Molecule): number | undefined {
  const ended = mol.closed?.at ?? mol.updatedAt;
  if (mol.phase === 'vapor') return ended + (WISP_KEPT_MS[mol.wispType ?? ''] ?? DAY);
  return mol.digest && !mol.digest.kept ? undefined : ended + STEPS_KEPT_MS;
}

/** When something of a molecule was written last, as far as it and its steps say (ms). */
export const touchedAt = (mol: Molecule, steps: readonly Step[]): number =>
  Math.max(mol.updatedAt, ...steps.map(({ holder, command, closed }) => closed?.at ?? command?.startedAt ?? holder?.at ?? 0));
