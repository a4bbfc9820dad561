import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, type Page } from '@playwright/test';

const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

/** Only what we read of `axe.run`. */
interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** Runs axe with every rule for WCAG A and AA and its best practices, and prints what is wrong and where. */
export async function expectAccessible(page: Page): Promise<void> {
  // A colour on its way from one scheme to the other has a contrast that nobody chose.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  // Evaluated through the debugger: the pages' content policy rightly refuses an injected script element.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const result = await page.evaluate(async (): Promise<AxeResult> => {
    const { axe } = window as unknown as { axe: { run(context: Document): Promise<AxeResult> } };
    return axe.run(document);
  });
  const found = result.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html}\n  ${node.failureSummary ?? ''}`).join('\n')}`,
  );
  expect(found.join('\n\n')).toBe('');
}

/** The same in both colour schemes, for a state that cannot be come to twice. */
export async function expectAccessibleInBoth(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
}
