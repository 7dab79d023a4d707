import { type Look, paced } from '#core/gate';
import type { Gate } from '#core/records';
import type { World } from '#world/world';
import { gateFolder } from './gate-folder.ts';

/** Runs a gate's command in the worktree of what waits for it: 0 opens the gate. Nobody tells when its answer changes, so it is run every 30 s to 5 min. */
export async function lookByCommand(gate: Gate, world: World, signal: AbortSignal): Promise<Look> {
  const { command = '' } = gate;
  const { code, out, err, cut } = await world.looks.command({ dir: await gateFolder(gate, world), command }, signal);
  signal.throwIfAborted();
  if (code === 0 && cut === undefined) return { is: 'met', seen: `\`${command}\` ended with 0` };
  const lookAt = paced(gate, 'far', world.desk.clock.now());
  if (cut !== undefined)
    return { is: 'trouble', cause: 'command', seen: `\`${command}\` did not end by itself (${cut})`, soon: false, lookAt };
  const said = (err.trim() || out.trim()).split('\n').at(-1)?.slice(0, 200) ?? '';
  return { is: 'not-yet', seen: `\`${command}\` ended with ${code ?? 'a signal'}${said ? `: ${said}` : ''}`, lookAt };
}
