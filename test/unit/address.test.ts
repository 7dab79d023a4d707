import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Address, parseAddress } from '#core/address';
import { isRefusal } from '#core/refusals';

const ground = { rigs: [{ name: 'shop', prefix: 'gp' }], machine: 'anvil', known: ['shop/toast', 'shop/crew/ann'] };

test('every form of an address is read, with a / at its end and with the name of this machine too', () => {
  const forms: ReadonlyArray<readonly [string, Address]> = [
    ['overseer', { kind: 'overseer' }],
    ['mayor', { kind: 'lasting', id: 'hq-mayor' }],
    ['shop/witness', { kind: 'lasting', id: 'gp-witness' }],
    ['shop/crew/ann', { kind: 'lasting', id: 'gp-crew-ann' }],
    ['dogs/rex', { kind: 'lasting', id: 'hq-dog-rex' }],
    ['shop/polecats/toast', { kind: 'polecat', rig: 'shop', name: 'toast' }],
    ['shop/toast', { kind: 'worker', rig: 'shop', name: 'toast' }],
    ['gp-4kx', { kind: 'item', id: 'gp-4kx' }],
    ['gp-4kx.r1', { kind: 'item', id: 'gp-4kx.r1' }],
    ['@town', { kind: 'everybody' }],
    ['@rig/shop', { kind: 'everybody', rig: 'shop' }],
    ['shop/*', { kind: 'everybody', rig: 'shop' }],
    ['*/witness', { kind: 'role', role: 'witness' }],
    ['shop/crew', { kind: 'role', role: 'crew', rig: 'shop' }],
    ['shop/polecats/*', { kind: 'role', role: 'polecats', rig: 'shop' }],
    ['group:core', { kind: 'group', name: 'core' }],
    ['channel:news', { kind: 'channel', name: 'news' }],
    ['queue:reviews', { kind: 'queue', name: 'reviews' }],
    ['shop/plugins/lint', { kind: 'plugin', rig: 'shop', name: 'lint' }],
  ];
  for (const [said, meant] of forms)
    for (const written of [said, `${said}/`, ` ${said} `, `anvil:${said}`]) expect(parseAddress(written, ground)).toEqual(meant);
});

test('a wrong address names the nearest ones; another machine is none yet', () => {
  expect(parseAddress('shop/crew/an n', ground)).toMatchObject({ refused: 'ADDRESS_UNKNOWN' });
  expect(JSON.stringify(parseAddress('shp/toast', ground))).toContain('shop/toast');
  expect(JSON.stringify(parseAddress('@rig/shp', ground))).toContain('Did you mean `@rig/shop`');
  expect(parseAddress('moon:mayor', ground)).toMatchObject({
    refused: 'MACHINE_UNKNOWN',
    facts: { machine: 'moon', here: 'anvil' },
  });
  for (const wrong of ['', '/', '//', 'attic/toast', 'shop/a/b/c', '@rig/attic', 'group:', 'a:b:c:'])
    expect(isRefusal(parseAddress(wrong, ground))).toBe(true);
});

test('whatever is written is read or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'abs/@*:. -hopmyr') }), (written) => {
      const read = parseAddress(written, ground);
      expect('kind' in read || isRefusal(read)).toBe(true);
    }),
  );
});
