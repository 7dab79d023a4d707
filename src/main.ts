import { systemClock } from '#world/clock';

/** The trials: `node dist/src/main.js soak|soak-nudges|soak-attach|soak-hanoi|soak-mail|demo|bench|test-agents`, and the `stand-in` that plays an agent in them. The commands of the town are in src/cli. */
const say = (line: string) => process.stdout.write(`${line}\n`);
const [trial = '', ...words] = process.argv.slice(2);

if (trial === 'soak') {
  const { FULL, soak } = await import('./trials/soak.ts');
  const { FULL_MOLECULES, soakMolecules } = await import('./trials/soak-molecules.ts');
  const isGood = (await soak(FULL, say)).ok;
  const { faults } = await soakMolecules({ ...FULL_MOLECULES, seed: systemClock.now() % 1e9 }, say);
  process.exitCode = isGood && faults.length === 0 ? 0 : 1;
} else if (trial === 'soak-nudges') {
  const { readPlan, soakNudges } = await import('./trials/soak-nudges.ts');
  const { soakReal } = await import('./trials/soak-real.ts');
  const plan = readPlan(words);
  const isGood = plan.real === undefined ? (await soakNudges(plan, say)).ok : await soakReal(plan.real, plan.nudges, say);
  process.exitCode = isGood ? 0 : 1;
} else if (trial === 'soak-hanoi') {
  const { readHanoiPlan, soakHanoi } = await import('./trials/hanoi.ts');
  const plan = readHanoiPlan(words, systemClock.now() % 1e9);
  process.exitCode = (await soakHanoi(plan, say)) ? 0 : 1;
} else if (trial === 'soak-mail') {
  const { readMailPlan, soakMail } = await import('./trials/soak-mail.ts');
  process.exitCode = (await soakMail(readMailPlan(words, systemClock.now() % 1e9), say)) ? 0 : 1;
} else if (trial === 'soak-attach') {
  const { readAttachPlan } = await import('./trials/attach/plan.ts');
  const { soakAttach } = await import('./trials/attach/soak-attach.ts');
  const isGood = await soakAttach(readAttachPlan(words, systemClock.now() % 1e9), say);
  process.exitCode = isGood === false ? 1 : 0;
} else if (trial === 'soak-asker') {
  const { askAsProcess } = await import('./trials/soak-asker.ts');
  await askAsProcess(words[0] ?? '', say);
} else if (trial === 'demo') {
  const { demo } = await import('./trials/demo.ts');
  process.exitCode = (await demo(say, { keep: words.includes('--keep') })) ? 0 : 1;
} else if (trial === 'bench') {
  const { bench } = await import('./trials/bench.ts');
  process.exitCode = (await bench(say)) ? 0 : 1;
} else if (trial === 'test-agents') {
  const { testAgents } = await import('./trials/agents/test-agents.ts');
  process.exitCode = await testAgents(words, say);
} else if (trial === 'stand-in') {
  const { standIn } = await import('./trials/stand-in/main.ts');
  const code = await standIn(words, say);
  if (code !== undefined) process.exitCode = code;
} else {
  say(
    `There is no trial \`${[trial, ...words].join(' ')}\`: use soak, soak-nudges, soak-attach, soak-hanoi, soak-mail, demo, bench, test-agents or stand-in.`,
  );
  process.exitCode = 2;
}
