import { commandMs } from '#core/molecule/command';
import type { Step } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { runShell } from '#world/checks/shell';
import type { Desk } from '#world/desk';

/** Lines of a check's output that a refusal shows. */
const LINES = 20;

/** Runs the check of a step, if its formula gives it one, in a worktree. STEP_CHECK_FAILED when it does not end with 0 in its time. */
export async function runStepCheck(
  step: Step,
  dir: string,
  ground: { readonly desk: Desk; readonly shell: typeof runShell; readonly env: NodeJS.ProcessEnv },
): Promise<Refusal | undefined> {
  const exec = (await ground.desk.plans.step(step.mol, step.at))?.exec;
  const command = exec?.check;
  if (command === undefined) return undefined;
  const timeoutMs = commandMs(exec);
  const env = { ...ground.env, GT_STEP: step.id, GT_MOLECULE: step.mol };
  const { code, timedOut, tail } = await ground.shell({ command, dir, timeoutMs, env });
  if (code === 0) return undefined;
  const shown = tail.split('\n').slice(-LINES).join('\n');
  const how = timedOut ? `its time (${exec?.timeout ?? '10m'})` : String(code);
  return refuse('STEP_CHECK_FAILED', {
    id: step.id,
    code: how,
    check: command,
    dir,
    tail: shown === '' ? '(it printed nothing)' : shown,
  });
}
