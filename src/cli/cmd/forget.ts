import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { forget as forgotten } from '#ops/remember';

/** Keeps a fact no longer. */
export const forget = command({
  args: [{ name: 'id', required: true, help: 'the memory' }],
  example: 'gt forget mem-4kx1q0zp',
  run: ({ args, global, io }) =>
    withDesk({ global, io }, { wait: io.env['GT_SESSION'] ? 'agent' : 'person' }, ({ desk }) => forgotten(desk, args.id)),
  text: ({ text }, { quiet }) => (quiet ? '' : `Forgotten: ${text}`),
});
