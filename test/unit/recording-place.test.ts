import { expect, test } from 'vitest';
import { layered, systemDefaults } from '#core/settings';
import { recordingOf } from '#world/agents/recording';
import { townLayout } from '#world/config/layout';

test('sessions are recorded below the runtime folder of the town, up to a size, unless the settings say no', () => {
  const defaults = systemDefaults({ freeMemoryBytes: 1, cores: 1 });
  const layout = townLayout('/town');
  const place = (recording: object) =>
    recordingOf('al-1.r1.s1', layered(defaults, [{ name: 'town', values: { recording } }]).settings.recording, layout);
  const dir = '/town/.runtime/recordings/al-1.r1.s1';
  expect(place({})).toEqual({ record: { dir, maxBytes: 128 * 1024 * 1024 } });
  expect(place({ max_mb: 2_048 })).toEqual({ record: { dir, maxBytes: 2 ** 31 } });
  expect(place({ enabled: false })).toEqual({});
});
