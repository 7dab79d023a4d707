import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

type Tally = { passed: number; failed: number; skipped: number };

/**
 * What a run has really done: complaints, tests per project, then one plain line with the sum. A test that neither passed nor failed, and gave no reason for
 * being skipped, counts as failed: a killed worker leaves such tests behind. One that the filter of names (`vitest -t`) leaves out is not counted at all.
 */
export function closing(
  modules: readonly TestModule[],
  errors: readonly unknown[],
  filter: RegExp | undefined,
): { readonly lines: string[]; readonly sum: Tally } {
  const projects = new Map<string, Tally>();
  const lines: string[] = [];
  for (const module of modules) {
    const tally = projects.get(module.project.name) ?? { passed: 0, failed: 0, skipped: 0 };
    projects.set(module.project.name, tally);
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      if (filter && !nameOf(test).match(filter)) continue;
      const result = test.result();
      if (result.state === 'passed') tally.passed++;
      else if (result.state === 'skipped' && result.note) {
        tally.skipped++;
        lines.push(`skipped: ${test.fullName} (${result.note})`);
      } else {
        tally.failed++;
        failedHere++;
        if (result.state !== 'failed') lines.push(`did not run: ${test.fullName}`);
      }
    }
    if (!module.ok() && failedHere === 0) {
      tally.failed++;
      lines.push(`failed as a file: ${module.moduleId}`);
    }
  }
  const sum: Tally = { passed: 0, failed: errors.length, skipped: 0 };
  for (const [name, tally] of projects) {
    lines.push(`${name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
    sum.passed += tally.passed;
    sum.failed += tally.failed;
    sum.skipped += tally.skipped;
  }
  lines.push(`tests: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  return { lines, sum };
}

/** As the filter of names sees it: the suites that it lies in, and its own name. */
function nameOf(test: TestCase): string {
  const names = [test.name];
  for (let { parent } = test; parent.type !== 'module'; { parent } = parent) names.unshift(parent.name);
  return names.join(' ');
}

/** Closes a run with what it really did. */
// biome-ignore lint/style/noDefaultExport: vitest takes a reporter's default export
export default class ClosingLine implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const { lines, sum } = closing(modules, errors, this.#vitest?.getGlobalTestNamePattern());
    process.stdout.write(`${lines.join('\n')}\n`);
    if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1;
  }
}
