import { expect, test } from 'vitest';
import { neededVars } from '#core/formula/fill';
import { protoOf } from '../support/formulas.ts';

test('V4: what must be given is told before anybody pours: required, or used and without a default', () => {
  const vars =
    '[vars]\nplain = "x"\n[vars.must]\nrequired = true\n[vars.used]\n[vars.unused]\n[vars.ran]\n[vars.both]\nrequired = true\ndefault = ""\n';
  const f = `${vars}[[steps]]\nid = "a"\ntitle = "{{plain}} {{used}} {{undeclared}}"\nrun = "echo {{ran}}"\n`;
  expect(neededVars(protoOf({ f }))).toEqual(['must', 'used', 'ran']);
});
