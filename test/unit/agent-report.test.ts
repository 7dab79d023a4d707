import { expect, test } from 'vitest';
import { failed, LOOKS, type Look, mendOf, ok, reportOf, untried, weaker } from '#chores/agent-check/report';
import { agentReport } from '#cli/agent-report';
import { palette } from '#cli/colour';
import { presetFile } from '#core/preset';

const playable = presetFile.parse({ command: 'mine', loopback: {} });
const bare = presetFile.parse({ command: 'mine' });
const mine = { agent: 'mine', program: '/bin/mine', preset: playable };
const well = (id: Look['id']) => ok(id, 'seen', 12.4);
const report = (looks: readonly Look[], beyond: readonly string[] = []) => reportOf(mine, looks, beyond);
const text = (looks: readonly Look[], quiet = false) => agentReport(report(looks), { paint: palette(false), quiet });
const last = (shown: string) => shown.split('\n').at(-1);

test('looks are told in their order, whatever the order in which they were made', () => {
  const { looks, usable, uses } = report([...LOOKS].reverse().map(well));
  expect(looks.map(({ id }) => id)).toEqual(LOOKS);
  expect({ usable, uses, ms: looks[0]?.ms }).toEqual({ usable: true, uses: 'hooks', ms: 12 });
});

test('after a failure the rest is untried and the agent is not usable', () => {
  const { looks, usable, uses } = report([well('start'), failed('ready', 'it ended')]);
  expect(looks.slice(2).map(({ result, seen }) => `${result} ${seen}`)).toEqual(
    LOOKS.slice(2).map(() => 'untried after `ready` failed'),
  );
  expect({ usable, uses }).toEqual({ usable: false, uses: null });
  expect(last(text([well('start'), failed('ready', 'it ended')]))).toBe('gt cannot use mine so: ready failed.');
});

test('weaker signs leave an agent usable, and are named in the last line', () => {
  const looks = LOOKS.map((id) => (id === 'busy' ? weaker(id, 'none', { key: 'screen.busy' }) : well(id)));
  expect(report(looks).usable).toBe(true);
  expect(last(text(looks))).toBe('gt can use mine: its hooks tell what it does; weaker than its preset says: busy.');
});

test('gt goes by the hooks as long as one tells the end of a turn, else by the screen', () => {
  const hooks = (key: string) => report(LOOKS.map((id) => (id === 'hooks' ? weaker(id, 'some', { key }) : well(id)))).uses;
  expect(['hooks.events.prompt', 'hooks.events.stop', 'hooks'].map(hooks)).toEqual(['hooks', 'screen', 'screen']);
});

test('each wrong key of the preset is named once, with the file that can say it otherwise', () => {
  const looks = [
    weaker('ready', 'x', { key: 'screen.ready' }),
    failed('tool', 'x', { key: 'env' }),
    weaker('busy', 'x', { key: 'env' }),
  ];
  expect(mendOf(report(looks))).toBe(
    'Where the preset is wrong (`screen.ready`, `env`), settings/presets/mine.json of the town can say it otherwise.',
  );
  expect(mendOf(report([well('start'), untried('fork', 'none')]))).toBeUndefined();
});

test('an agent without a model to play says what was not tried, and not how gt would go by it', () => {
  const found = reportOf({ ...mine, preset: bare }, [well('start'), weaker('ready', 'no sign')], []);
  expect(found).toMatchObject({ usable: true, uses: null, untried: expect.stringContaining('`loopback`') });
  expect(last(agentReport(found, { paint: palette(false), quiet: false }))).toBe(
    'mine starts; weaker than its preset says: ready.',
  );
});

test('with --quiet only what is wrong is shown, and the verdict', () => {
  const looks = LOOKS.map((id) => (id === 'term' ? weaker(id, 'code 3', { ms: 2500, key: 'quit.term' }) : well(id)));
  const rows = text(looks, true).split('\n');
  expect(rows).toHaveLength(3);
  expect(rows[0]).toBe('weaker  term  2.5 s  code 3');
});
