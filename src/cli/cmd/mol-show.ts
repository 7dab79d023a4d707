import { type Call, command, type Show } from '#cli/command';
import { protoText } from '#cli/templates';
import { withDesk } from '#cli/wire';
import { isRefusal } from '#core/refusals';
import { protoShow } from '#views/protos';
import { molStatus } from './mol-status.ts';

type Stored = NonNullable<Awaited<ReturnType<typeof protoShow>>>;

/** Shows a molecule as `status` does, or a stored protomolecule. */
export const molShow = command({
  args: [{ name: 'id', help: 'a molecule, its work item, one of its steps, or a protomolecule (default: yours)' }],
  example: 'gt mol show proto-1f2e3d4c5b6a',
  run: async (call): Promise<unknown> => {
    const { id = '' } = call.args;
    const stored = id.startsWith('proto-')
      ? await withDesk(call, { wait: 'person' }, ({ desk }) => protoShow(desk, id))
      : undefined;
    if (isRefusal(stored)) return stored;
    return stored ?? molStatus.run(call as unknown as Call);
  },
  text: (value, show: Show) =>
    isStored(value) ? protoText(value, show.paint) : (molStatus.text?.(value, show) ?? JSON.stringify(value)),
});

const isStored = (value: unknown): value is Stored => typeof value === 'object' && value !== null && 'plan' in value;
