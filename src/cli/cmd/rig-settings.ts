import { command, type Group } from '#cli/command';
import { table } from '#cli/table';
import { townOf } from '#cli/wire';
import { heldIn, setIn } from '#cli/wire-rig-settings';
import { isRefusal, refuse } from '#core/refusals';

const show = command({
  args: [
    { name: 'rig', required: true, help: 'the rig' },
    { name: 'key', help: 'this key only, or those below it' },
  ],
  about:
    'Every setting that holds for a rig, with the file that says so; those without a file are defaults. Durations are in ms.',
  example: 'gt rig settings show shop merge_queue',
  run: (call) => {
    const town = townOf(call);
    if (isRefusal(town)) return town;
    const all = heldIn(town, call.args.rig);
    if (isRefusal(all)) return all;
    const { key: wanted } = call.args;
    const found = all.filter(({ key }) => wanted === undefined || key === wanted || key.startsWith(`${wanted}.`));
    if (found.length > 0) return found;
    return refuse('USAGE', { what: `No setting \`${wanted}\` holds.`, hint: 'See all: `gt rig settings show <rig>`.' });
  },
  text: (held, { paint }) =>
    table(held.map(({ key, value, from }) => [paint.bold(key), JSON.stringify(value), paint.dim(from ?? 'default')])),
});

const set = command({
  args: [
    { name: 'rig', required: true, help: 'the rig' },
    { name: 'key', required: true, help: 'the key, with dots: merge_queue.enabled' },
    { name: 'value', help: 'JSON, or a text; left out, the key is taken out of the file' },
  ],
  about: "Writes the rig's own settings file; what it may not say is refused. A town that runs takes it up at once.",
  example: 'gt rig settings set shop witness.enabled false',
  run: (call) => {
    const town = townOf(call);
    if (isRefusal(town)) return town;
    const { rig, key, value } = call.args;
    return setIn(town, rig, key, value === undefined ? undefined : read(value));
  },
  text: ({ key, value, from, file }, { paint }) => {
    const stronger = from !== null && from !== file ? `\n${paint.yellow(`${from} says it, and is stronger.`)}` : '';
    const is = value === undefined ? 'not set' : JSON.stringify(value);
    return `${paint.bold(key)} is ${is} ${paint.dim(from ?? 'by default')}${stronger}`;
  },
});

function read(written: string): unknown {
  try {
    return JSON.parse(written) as unknown;
  } catch {
    return written;
  }
}

/** What a rig is set to. */
export const rigSettings: Group = {
  verbs: {
    show: { help: 'What holds for a rig, and which file says so', load: () => show },
    set: { help: "Sets a key in the rig's file, or takes it out", load: () => set },
  },
};
