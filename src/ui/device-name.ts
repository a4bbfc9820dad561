const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Windows/, 'Windows'],
  [/CrOS/, 'ChromeOS'],
  [/Mac OS X|Macintosh/, 'Mac'],
  [/Linux|X11/, 'Linux'],
];
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];

const firstOf = (list: readonly (readonly [RegExp, string])[], text: string): string | undefined =>
  list.find(([pattern]) => pattern.test(text))?.[1];

/** What a person calls it: "Phone", "Tablet", "Firefox on Linux". From a browser's user agent string. */
export function deviceNameOf(userAgent: string): string {
  if (/iPad|Tablet|Android(?!.*Mobile)/.test(userAgent)) return 'Tablet';
  if (/iPhone|Mobi/.test(userAgent)) return 'Phone';
  const system = firstOf(SYSTEMS, userAgent) ?? 'a computer';
  return `${firstOf(BROWSERS, userAgent) ?? 'A browser'} on ${system}`;
}

export const deviceName = (): string => deviceNameOf(navigator.userAgent);
