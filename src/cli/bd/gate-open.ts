import { command } from '#cli/command';
import { makeGate, TYPE_OPTION } from '#cli/gating';
import { idsOf } from '#cli/ids';
import { isRefusal } from '#core/refusals';
import { issueOf } from '#views/beads';

/** Makes a gate, as bd does. */
export const gateCreate = command({
  options: [
    { name: 'blocks', value: 'ids', help: 'what is to wait for it', many: true },
    TYPE_OPTION,
    { name: 'reason', short: 'r', value: 'text', help: 'why it is there' },
    { name: 'await-id', value: 'id', help: 'what it waits for' },
    { name: 'timeout', value: 'time', help: 'a timer opens after it; any other gate asks a person then' },
    { name: 'title', value: 'text', help: 'what it is about (default: its type and what it waits for)' },
  ],
  example: 'bd gate create --blocks sh-4kx --type gh:run --await-id ci.yml --timeout 2h',
  run: async ({ opts, global, io }) => {
    const type = opts.type ?? 'human';
    const awaitId = opts['await-id'];
    const gate = await makeGate(
      { global, io },
      {
        name: opts.title ?? `Gate: ${type}${awaitId === undefined ? '' : ` ${awaitId}`}`,
        type,
        keepsBack: idsOf(opts.blocks),
        rig: undefined,
        timeout: opts.timeout,
        awaitId,
        reason: opts.reason,
      },
    );
    return isRefusal(gate) ? gate : issueOf({ noun: 'gate', doc: gate, text: {} });
  },
  text: ({ id, title }, { quiet }) => (quiet ? id : `✓ Created gate: ${id} — ${title}`),
});
