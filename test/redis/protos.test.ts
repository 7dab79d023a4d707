import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { explain, isRefusal, orThrow } from '#core/refusals';
import { storeProto } from '#ops/store-proto';
import { protoList, protoShow } from '#views/protos';
import { townLayout } from '#world/config/layout';
import { cookProto, cookWith, fillWith } from '#world/formulas/cook-with';
import { formulaFiles } from '#world/formulas/formula-files';
import { moleculeTown } from '../support/molecules.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import type { Town } from '../support/sleepers.ts';

/** Stored protomolecules: the template as it was when it was cooked. */
let server: PrivateRedis;
let at: Town;
let root: string;
beforeAll(async () => {
  server = await privateRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  at = await moleculeTown(server.path);
  root = mkdtempSync(join(tmpdir(), 'gt-protos-'));
});
afterEach(async () => {
  await at.end();
  rmSync(root, { recursive: true, force: true });
});

const files = () => formulaFiles(townLayout(root));

function write(step: string): void {
  const folder = join(root, '.beads/formulas');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'f.formula.toml'),
    `formula = "f"\nlabels = ["plugin"]\n[vars.x]\n[[steps]]\nid = "${step}"\ntitle = "Do {{x}}"\nrun = "echo {{x}}"\n`,
  );
}

async function stored() {
  const { proto, source } = orThrow(cookProto(files(), { name: 'f' }));
  return orThrow(await storeProto(at.op, proto, source));
}

test('the same content is stored once, under the hash of it; another content under another id', async () => {
  write('a');
  const first = await stored();
  expect(first).toMatchObject({
    fresh: true,
    proto: { id: expect.stringMatching(/^proto-[0-9a-f]{12}$/), formula: 'f', steps: 1 },
  });
  // Lines and files do not count, only what is cooked.
  write('a');
  expect(await stored()).toEqual({ ...first, fresh: false });
  write('b');
  const second = await stored();
  expect(second.proto.id).not.toBe(first.proto.id);
  const { protos, total } = await protoList(at.op, 10);
  expect([protos.map(({ id }) => id).sort(), total]).toEqual([[first.proto.id, second.proto.id].sort(), 2]);
});

test('what is poured of a stored id is what was frozen, of a name what the file says now', async () => {
  write('a');
  const { proto } = await stored();
  write('b');
  const shown = await protoShow(at.op, proto.id);
  if (!shown) throw new Error('not stored');
  const frozen = orThrow(fillWith(shown.plan, { x: 'it' }, proto.source));
  expect(frozen.plan.steps).toMatchObject([{ step: 'a', title: 'Do it', exec: { run: 'echo it' } }]);
  const fresh = orThrow(cookWith(files(), { name: 'f', vars: { x: 'it' } }));
  expect(fresh.plan.steps.map(({ step }) => step)).toEqual(['b']);
});

test('values that lack are told of a stored one as of a file, and an id that there is not is nothing', async () => {
  write('a');
  const { proto } = await stored();
  const refusal = fillWith((await protoShow(at.op, proto.id))?.plan ?? never(), {}, proto.source);
  expect(isRefusal(refusal) && explain(refusal)).toMatchObject({ code: 'VARS_MISSING', try: 'Give them: --var x=….' });
  expect(await protoShow(at.op, 'proto-000000000000')).toBeUndefined();
});

function never(): never {
  throw new Error('not stored');
}
