import { command, type Group } from '#cli/command';
import { fetchByHook } from '#cli/hook-fetch';
import { refuse } from '#core/refusals';

const mailCheck = command({
  options: [{ name: 'inject', help: "print what waits for this session as context, for its agent's hooks" }],
  example: 'gt mail check --inject',
  run: (call) =>
    call.opts.inject
      ? fetchByHook(call, 'context')
      : refuse('USAGE', { what: 'There is no mail yet.', hint: 'Hooks call `gt mail check --inject`; people `gt nudge list`.' }),
});

/** What hooks call for what waits. */
export const mail: Group = { verbs: { check: { help: 'What waits for this session', load: () => mailCheck } } };
