import type { Settings } from '#core/settings';
import type { TownLayout } from '#world/config/layout';
import type { SpawnRequest } from '#world/pty/host';

const MB = 1024 * 1024;

/** Where and how a session is recorded, as its spawn says it; nothing where the settings want no recordings. */
export function recordingOf(session: string, recording: Settings['recording'], layout: TownLayout): Pick<SpawnRequest, 'record'> {
  const { enabled, max_mb } = recording;
  return enabled ? { record: { dir: layout.recording(session), maxBytes: max_mb * MB } } : {};
}
