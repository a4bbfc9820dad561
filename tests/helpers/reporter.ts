import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
} from '@playwright/test/reporter';

/** Counts of one run. */
interface Summary {
  passed: number;
  failed: number;
  skipped: number;
}

const write = (text: string): void => {
  process.stdout.write(text);
};

/**
 * One line per test and one for each figure it noted as an annotation, the failures in full at the end, and `N passed, N failed` as the very last line. With
 * TABCAST_SUMMARY set, the counts go to that file instead: `npm test` adds its own checks and prints the line.
 */
class TabcastReporter implements Reporter {
  private root = process.cwd();
  private suite: Suite | undefined;
  private errors: TestError[] = [];

  printsToStdio(): boolean {
    return true;
  }

  onBegin(config: FullConfig, suite: Suite): void {
    this.root = config.rootDir;
    this.suite = suite;
    write(`${suite.allTests().length} tests\n`);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    const mark = test.outcome() === 'unexpected' ? 'FAIL' : result.status === 'skipped' ? 'skip' : 'ok  ';
    write(`${mark} ${this.nameOf(test)} (${Math.round(result.duration)} ms)\n`);
    for (const { type, description = '' } of result.annotations)
      if (type !== 'skip') write(`       ${type}: ${description}\n`);
  }

  onError(error: TestError): void {
    this.errors.push(error);
  }

  onEnd(result: FullResult): void {
    const summary: Summary = { passed: 0, failed: this.errors.length, skipped: 0 };
    for (const error of this.errors) write(`\nerror outside a test\n${text(error)}\n`);
    for (const test of this.suite?.allTests() ?? []) {
      const outcome = test.outcome();
      if (outcome === 'flaky') write(`\nFLAKY, passed at a later try: ${this.nameOf(test)}\n${errorsOf(test)}`);
      if (outcome === 'expected' || outcome === 'flaky') summary.passed++;
      else if (outcome === 'skipped' && test.expectedStatus === 'skipped') summary.skipped++;
      else {
        summary.failed++;
        write(`\nFAIL ${this.nameOf(test)}\n`);
        if (test.results.every((run) => run.errors.length === 0)) write('  did not run to its end\n');
        write(errorsOf(test));
      }
    }
    if (summary.failed === 0 && result.status !== 'passed') summary.failed = 1;
    const file = process.env['TABCAST_SUMMARY'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(summary));
    else {
      const skipped = summary.skipped > 0 ? `, ${summary.skipped} skipped` : '';
      write(`\n${summary.passed} passed, ${summary.failed} failed${skipped}\n`);
    }
  }

  private nameOf(test: TestCase): string {
    const [, project = '', , ...titles] = test.titlePath();
    return `[${project}] ${relative(this.root, test.location.file)}:${test.location.line} ${titles.join(' > ')}`;
  }
}

const errorsOf = (test: TestCase): string =>
  test.results.flatMap((run) => run.errors.map((error) => `${text(error)}\n`)).join('');

function text(error: TestError): string {
  const snippet = error.snippet === undefined ? '' : `\n${error.snippet}`;
  const whole = (error.stack ?? error.message ?? error.value ?? 'unknown error') + snippet;
  return process.stdout.isTTY ? whole : stripVTControlCharacters(whole);
}

export default TabcastReporter;
