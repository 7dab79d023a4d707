import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { readLayer, type SettingsFault } from '#core/settings';
import { withFileLock } from '#world/processes/pid-file';
import { readObject, writeJson } from './json-file.ts';
import { rigLayout } from './layout.ts';

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Sets one key of a rig's settings file, or takes it out (`undefined`), for one writer at a time; everything else in the file stays. What the file may not say is
 * refused before anything is written.
 * @param key with dots: `merge_queue.enabled`
 */
export async function changeRigSettings(
  root: string,
  rig: string,
  key: string,
  value: unknown,
): Promise<{ file: string } | Refusal> {
  const file = rigLayout(root, rig).settingsFile;
  return withFileLock(file, () => {
    const now = readObject(file);
    if (isRefusal(now)) return now;
    const next = put(now ?? { type: 'rig-settings', version: 1 }, key.split('.'), value);
    const read = readLayer(next, 'rig');
    if ('faults' in read) return cannotBe(read.faults);
    writeJson(file, next);
    return { file };
  });
}

/** A copy with the value at a path; objects that hold nothing any more go with what is taken out. */
function put(at: Plain, [name = '', ...rest]: readonly string[], value: unknown): Plain {
  const { [name]: now, ...others } = at;
  const next = rest.length === 0 ? value : put(isPlain(now) ? now : {}, rest, value);
  const gone = next === undefined || (value === undefined && isPlain(next) && Object.keys(next).length === 0);
  return gone ? others : { ...at, [name]: next };
}

function cannotBe(faults: readonly SettingsFault[]): Refusal {
  const what = faults.map(({ fault, hint }) => (hint ? `${fault} (${hint})` : fault)).join('; ');
  return refuse('USAGE', {
    what: `That cannot be set: ${what}.`,
    hint: '`gt rig settings show <rig>` shows every key that holds.',
  });
}
