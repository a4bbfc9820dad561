/** `850 kb/s`, `4.5 Mb/s`: rates as people read them in a shop, input in bits per second. */
export function rateText(bps: number): string {
  if (bps < 999_500) return `${Math.round(bps / 1000)} kb/s`;
  const megabits = bps / 1_000_000;
  return `${megabits < 10 ? megabits.toFixed(1).replace(/\.0$/, '') : Math.round(megabits)} Mb/s`;
}

/** For a column in which every row has the same unit. */
export const kilobitsText = (bps: number): string => Math.round(bps / 1000).toLocaleString('en');

const COMMON_NAMES: Readonly<Record<number, string>> = {
  4320: '8K',
  2160: '4K',
  1440: 'Quad HD',
  1080: 'Full HD',
  720: 'HD',
};

/** `1080p` with the name it is sold under, where it has one. */
export function heightText(height: number): string {
  const name = COMMON_NAMES[height];
  return name === undefined ? `${height}p` : `${height}p ${name}`;
}
