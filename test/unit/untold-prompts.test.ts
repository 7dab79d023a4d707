import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { untold } from '#world/agents/prompt-files';
import { townLayout } from '#world/config/layout';

test('overlays and directives that no role has the name of are found, and in a rig those of roles that no rig has', () => {
  const root = mkdtempSync(join(tmpdir(), 'gt-untold-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const town = townLayout(root);
  expect(untold(town, ['shop'])).toEqual([]);
  const right = ['prompt-overlays/mayor.md', 'directives/crew.md', 'shop/directives/witness.md', 'directives/README.md'];
  const wrong = ['prompt-overlays/polecats.md', 'shop/prompt-overlays/toast.md', 'shop/directives/mayor.md'];
  for (const name of [...right, ...wrong]) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), 'Be brief.');
  }
  expect(untold(town, ['shop'])).toEqual(wrong);
});
