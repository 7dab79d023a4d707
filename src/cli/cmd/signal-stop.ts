import { command } from '#cli/command';
import { fetchByHook } from '#cli/hook-fetch';

/** A turn is over: it goes on with what waits for its session, or its agent is idle. */
export const stop = command({
  about: 'Called by a hook of the agent program, with its JSON on stdin; never fails.',
  example: 'gt signal stop <hook.json',
  run: (call) => fetchByHook(call, 'stop'),
});
