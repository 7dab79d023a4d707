import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { townSecret } from '#world/agents/token';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gt-secret-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("a town's secret is made once, for its owner alone", () => {
  const file = join(dir, 'secret');
  const secret = townSecret(file);
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(townSecret(file)).toBe(secret);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['secret']);
});

test('an empty one is no secret: it is made anew', () => {
  const file = join(dir, 'secret');
  writeFileSync(file, '');
  const secret = townSecret(file);
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(readFileSync(file, 'utf8')).toBe(secret);
});
