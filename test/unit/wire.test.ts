import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { redisOf } from '#cli/wire';
import { townLayout } from '#world/config/layout';
import { makeTown } from '#world/config/make-town';
import { openRuntime, socketPath } from '#world/config/runtime';
import { writePidFile } from '#world/processes/pid-file';
import { myself } from '#world/processes/process';

test("a settings file that is broken hides the town's own Redis only while it does not run", () => {
  const base = mkdtempSync(join(tmpdir(), 'gt-'));
  try {
    const root = join(base, 'town');
    makeTown({ root, name: 'home', now: 0 });
    openRuntime(root, { XDG_RUNTIME_DIR: base });
    const layout = townLayout(root);
    const town = { root, id: 'x', name: 'home', layout };
    writeFileSync(layout.settingsFile, '{ oops');
    expect(redisOf(town)).toMatchObject({ refused: 'SETTINGS_INVALID' });
    writePidFile(layout.pidFile('redis'), myself());
    expect(redisOf(town)).toEqual({ path: socketPath(root, 'redis') });
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});
