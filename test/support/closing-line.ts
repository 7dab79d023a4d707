import type { Reporter, TestModule } from 'vitest/node';

type Tally = { passed: number; failed: number; skipped: number };

/**
 * Closes a run with what it really did: tests per project, then one plain line with the sum.
 * A test that neither passed nor failed, and gave no reason for being skipped, counts as failed: a killed worker leaves such tests behind.
 */
// biome-ignore lint/style/noDefaultExport: vitest takes a reporter's default export
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const projects = new Map<string, Tally>();
    const complaints: string[] = [];
    for (const module of modules) {
      const tally = projects.get(module.project.name) ?? { passed: 0, failed: 0, skipped: 0 };
      projects.set(module.project.name, tally);
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') tally.passed++;
        else if (result.state === 'skipped' && result.note) {
          tally.skipped++;
          complaints.push(`skipped: ${test.fullName} (${result.note})`);
        } else {
          tally.failed++;
          failedHere++;
          if (result.state !== 'failed') complaints.push(`did not run: ${test.fullName}`);
        }
      }
      if (!module.ok() && failedHere === 0) {
        tally.failed++;
        complaints.push(`failed as a file: ${module.moduleId}`);
      }
    }
    const sum: Tally = { passed: 0, failed: errors.length, skipped: 0 };
    const lines = complaints;
    for (const [name, tally] of projects) {
      lines.push(`${name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
      sum.passed += tally.passed;
      sum.failed += tally.failed;
      sum.skipped += tally.skipped;
    }
    lines.push(`tests: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
    process.stdout.write(`${lines.join('\n')}\n`);
    if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1;
  }
}
