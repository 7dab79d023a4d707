import { command, type Group } from '#cli/command';
import { callHook } from '#cli/hook-call';

const stop = command({ example: 'gt signal stop', run: (call) => callHook(call, 'stop') });

/** What hooks call when something has happened to their session. */
export const signal: Group = { verbs: { stop: { help: 'A turn is over', load: () => stop } } };
