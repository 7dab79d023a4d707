import { command } from '#cli/command';
import { unknownGate } from '#cli/gating';
import { withDesk } from '#cli/wire';
import { duration, relativeTime } from '#core/relative-time';
import { gateShow as shown } from '#views/gates';

/** Shows one gate. */
export const gateShow = command({
  args: [{ name: 'id', required: true, help: 'which gate' }],
  example: 'gt gate show sh-gate-4kx',
  run: (call) =>
    withDesk(
      call,
      { wait: 'person' },
      async (town) => (await shown(town.desk.books, call.args.id)) ?? unknownGate(call.args.id, town),
    ),
  text: (gate, { paint, now }) => {
    const { id, title, type, state, standing, blocks, unmet, waiters, extra, ended, todo } = gate;
    const at = (what: string, when: number | null) => (when === null ? [] : [`${what} ${relativeTime(when, now)}`]);
    const facts = [
      `${type}, made ${relativeTime(gate.createdAt, now)} by ${gate.createdBy}${gate.reason ? `: ${gate.reason}` : ''}`,
      standing,
      ...(state === 'waiting' ? [`not open yet: waits for ${unmet.join(', ')}`] : at('open since', gate.openedAt)),
      ...(gate.timeoutMs === null ? [] : [`timeout ${duration(gate.timeoutMs)}${ended ? '' : at(', due', gate.dueAt).join('')}`]),
      ...(gate.found ? [`found by its name: ${gate.found}`] : []),
      ...(gate.seen === null ? [] : [`seen: ${gate.seen}`]),
      ...(ended ? [] : at('looked at', gate.lookedAt)),
      ...at('asked a person', gate.escalatedAt),
      ...(blocks.length > 0 ? [`keeps back ${blocks.join(', ')}`] : []),
      ...(waiters.length > 0 ? [`who waits to hear of it: ${waiters.join(', ')}`] : []),
      ...(extra === null ? [] : [`the formula says too: ${JSON.stringify(extra)}`]),
      ...(todo === null ? [] : [paint.cyan(todo)]),
    ];
    return `${paint.bold(id)} ${title}  ${paint.cyan(state)}\n${facts.map((fact) => `  ${fact}`).join('\n')}`;
  },
});
