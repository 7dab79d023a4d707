import { unchanged } from '#core/change';
import { isAgentId, isCurrent, stale as notOfNow } from '#core/holder';
import { handOut, type Taker, takeOver } from '#core/molecule/hand';
import { filled } from '#core/molecule/life';
import type { Molecule, Run, Step } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import type { Caller } from './ack.ts';

/** Who takes: the session that calls, or the worker for a run. */
export type Takes = { readonly run: string; readonly caller?: Caller; readonly head?: string | undefined };

/** What a run stands at: its molecule, and the step that is in hand now; both absent for an item without a molecule. */
export type Taken = { readonly mol?: Molecule; readonly step?: Step; readonly leave: boolean };

/**
 * The step that a run's agent is to work: the one in hand, which a new session of the run takes over, else the next that is ready. Asking again gives the same
 * one. Nothing is taken for a session that has done its one step (it leaves), nor after the work was handed in.
 * @returns SESSION_STALE or TOKEN_UNKNOWN for any session but the run's of now
 */
export async function takeStep(desk: Desk, takes: Takes): Promise<Taken | Refusal> {
  return desk.change(async (reading) => {
    const run = await reading.get('run', takes.run);
    if (takes.caller && (!run || !isCurrent(run, takes.caller.token))) return stale(takes.caller, run);
    const none = { leave: false };
    if (!run || run.state === 'ended') return unchanged<Taken>(none);
    const work = await reading.get('work', run.work);
    const mol = work?.molecule ? await reading.get('molecule', work.molecule) : undefined;
    if (!mol) return unchanged<Taken>(none);
    const leave = run.session?.leaving !== undefined && !run.session.exit;
    if (mol.state !== 'open' || leave || run.submitted) return unchanged<Taken>({ mol, leave });
    const taker = takerOf(run, takes.head);
    const change = (await inHand(reading, mol, taker)) ?? (await fromReady(desk, reading, mol, taker));
    if (!change) return unchanged<Taken>({ mol, leave });
    const answer = { mol: { ...mol, hand: change.answer.id }, step: change.answer, leave };
    if (change.put.length === 0) return unchanged<Taken>(answer);
    const knows = run.molecule === mol.id ? [] : [{ noun: 'run' as const, doc: { ...run, molecule: mol.id } }];
    return { ...change, put: [...change.put, ...knows], answer };
  });
}

/** The first step that is ready; undefined when none is. */
async function fromReady(desk: Desk, reading: Reading, mol: Molecule, taker: Taker) {
  const found = await desk.steps.next(mol);
  const step = found && (await reading.get('step', found.id));
  return step && filled(step).status === 'open' ? handOut(mol, step, taker, desk.clock.now()) : undefined;
}

/** The step in hand, with this session; undefined when nothing is. */
async function inHand(reading: Reading, mol: Molecule, taker: Taker) {
  const step = mol.hand === undefined ? undefined : await reading.get('step', mol.hand);
  return step?.status === 'in_progress' ? takeOver(step, taker) : undefined;
}

/** A run as one who takes steps. Its session counts only while it lives. */
export const takerOf = (run: Run, head?: string): Taker => ({
  by: `${run.rig}/polecats/${run.name}`,
  run: run.id,
  ...(run.session && !run.session.exit && !run.session.leaving ? { session: run.session.id } : {}),
  ...(head === undefined ? {} : { head }),
});

/** The refusal of a call for a step that does not come from a run's session of now: a lasting agent has none. */
export const stale = (caller: Caller, run: Run | undefined): Refusal =>
  isAgentId(caller.run) ? refuse('HOOK_WITHOUT_ITEM') : notOfNow(run, caller.session);
