import type { Capability, CapabilityGroup } from './capability-checks.ts';

const WORDS = { yes: 'yes', partly: 'partly', no: 'NO' } as const;

export interface ReportMachine {
  readonly userAgent: string;
  readonly cores: number;
  /** As the page was loaded, without anything that tells who or where. */
  readonly address: 'HTTPS' | 'HTTP';
}

/** Plain text to paste into an issue: what was tried, and what came of it. */
export function reportText(
  groups: readonly CapabilityGroup[],
  answers: ReadonlyMap<string, Capability>,
  { userAgent, cores, address }: ReportMachine,
): string {
  const lines = groups.flatMap(({ heading, checks }) => [
    '',
    `## ${heading}`,
    ...checks.map(({ name }) => {
      const answer = answers.get(name);
      return answer === undefined ? `- ${name}: not tried` : `- ${name}: ${WORDS[answer.answer]}. ${answer.sentence}`;
    }),
  ]);
  return ['# Tabcast: what this browser can do', '', userAgent, `${cores} cores, ${address}`, ...lines, ''].join('\n');
}
